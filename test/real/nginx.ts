import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deadUrl } from '../loopback.ts'

export interface Nginx {
  /** Such as http://127.0.0.1:41234, without a slash. */
  readonly url: string
  /** Requests so far, such as `GET ac 404 machine=a`. */
  readonly log: () => Promise<readonly string[]>
}

/** What the README says of nginx. */
export const AS_IN_README = `
    client_max_body_size 0;
    location ~ "/(ac|cas)/[0-9a-f]{64}$" {
      dav_methods PUT;
      create_full_put_path on;
    }
`

/** Runs an action with an nginx whose server has these settings, with all that it writes in the folder. */
export async function withNginx<T>(dir: string, settings: string, action: (nginx: Nginx) => Promise<T>): Promise<T> {
  const url = await deadUrl()
  await mkdir(join(dir, 'temporary'), { recursive: true })
  await mkdir(join(dir, 'data'))
  await writeFile(join(dir, 'nginx.conf'), configuration(dir, new URL(url).host, settings))
  const nginx = spawn('nginx', ['-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')], { stdio: 'inherit' })
  const ended = once(nginx, 'exit')
  try {
    await listening(Number(new URL(url).port))
    return await action({ url, log: () => readLog(join(dir, 'access.log')) })
  } finally {
    nginx.kill()
    await ended
  }
}

function configuration(dir: string, host: string, settings: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 2;
pid ${dir}/nginx.pid;
events {}
http {
  log_format folders '$request_method $uri $status $args';
  access_log ${dir}/access.log folders;
  ${temporary.map(name => `${name}_temp_path ${dir}/temporary/${name};`).join('\n  ')}
  server {
    listen ${host};
    root ${dir}/data;
    ${settings}
  }
}
`
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isThere) return
    await sleep(50)
  }
  throw new Error('nginx does not start')
}

async function readLog(path: string): Promise<readonly string[]> {
  // A line is written after its answer is sent.
  await sleep(100)
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  return lines.map(line => line.replace(/ \S*\/(ac|cas)\/\S+/, ' $1').replace(/ -$/, ''))
}
