// Takes the place of the add-on of AWS's client for Node.js, which needs a compiler, CMake and curl's sources to be built.
const { request } = require('node:http')

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
let posted = Promise.resolve()

function send(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, headers }
    const sent = request(options, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }))
    })
    sent.on('error', reject).end(body)
  })
}

function post(path, body, headers = {}) {
  posted = send('POST', path, body, { 'Content-Type': 'application/json', ...headers })
}

module.exports = {
  // The add-on posts before it returns.
  next: () => posted.then(() => send('GET', 'next')),
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body, cause) => post(`${id}/error`, body, { 'Lambda-Runtime-Function-XRay-Error-Cause': cause }),
}
