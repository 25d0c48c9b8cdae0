// Popular packages: unbundled (node_modules as files) and bundled, on 3 runtimes; findings vs real start
import { readdirSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync, spawnSync } from 'node:child_process'
import { checkNodeHandler } from './src/check/node-handler.ts'
import { checkNodeImports } from './src/check/node-imports.ts'
import { makeSubject } from './src/check/subject.ts'
import { testFileSet, testNodePlan, testSystem } from './test/worlds.ts'
import { buildSync } from 'esbuild'
const C='/tmp/h-node/corpus'
const deps=Object.keys(JSON.parse(readFileSync(C+'/package.json','utf8')).dependencies).filter(d=>!/^@types/.test(d))
const all: any[]=[]
const walk=(d:string,p:string)=>{ for(const e of readdirSync(d,{withFileTypes:true})){ if(e.name==='.bin') continue; const q=p+'/'+e.name; if(e.isDirectory()) walk(join(d,e.name),q); else if(e.isFile()) all.push({path:q,bytes:0,executable:false,content:{kind:'disk',path:join(d,e.name)},owner:'x'}) } }
walk(C+'/node_modules','node_modules')
console.log('files',all.length,'deps',deps.length)
const nodes: Record<number,string>={20:process.execPath}
for(const v of [22,24]) nodes[v]=execFileSync('npx',['-y','-p','node@'+v,'node','-p','process.execPath'],{encoding:'utf8',stdio:['ignore','pipe','ignore']}).trim()
const FLAGS:any={20:['--no-experimental-require-module'],22:['--no-experimental-require-module','--no-experimental-detect-module'],24:[]}
let n=0,bad=0,fails=0; let worst=0
const real=(major:number,file:string)=>spawnSync(nodes[major],[...FLAGS[major],'/work/next/test/real/lambda-handler.mjs',C,file+'.handler',String(major)],{encoding:'utf8',timeout:60000,env:{...process.env,NODE_PATH:C,NODE_OPTIONS:''}})
const majors=(process.argv[2]??'22').split(',').map(Number)
for(const d of deps){ for(const kind of ['cjs','mjs','bundle'] as const){
  const name='h_'+d.replace(/\W/g,'_')+'_'+kind
  let text = kind==='cjs'?`const p=require('${d}')\nexports.handler=async()=>p`:`import * as p from '${d}'\nexport const handler=async()=>p`
  const ext = kind==='cjs'?'.cjs':'.mjs'
  if(kind==='bundle'){ try{ text=buildSync({stdin:{contents:text,resolveDir:C},bundle:true,write:false,format:'esm',platform:'node',minify:true,keepNames:true,mainFields:['module','main'],external:['sharp','better-sqlite3','@prisma/client','*.node','pg-native'],loader:{'.node':'empty'},banner:{js:"import{createRequire as __lpack_createRequire}from'node:module';const require=__lpack_createRequire(import.meta.url);"},logLevel:'silent'}).outputFiles[0].text }catch(e:any){ continue } }
  writeFileSync(C+'/'+name+ext,text)
  for(const major of majors){
    const entry:any={path:name+ext,bytes:text.length,executable:false,content:{kind:'bytes',bytes:Buffer.from(text)},owner:null}
    const s0=makeSubject(testNodePlan('/r',{runtime:`nodejs${major}.x`,handler:name+'.handler',bundle:{kind:'files'}}),testFileSet([...all,entry]),testSystem())
    const t=performance.now(); const f=[...await checkNodeHandler(s0),...await checkNodeImports(s0)]; const ms=performance.now()-t; if(ms>worst){worst=ms; console.log('slowest',name,ms|0,'ms',text.length)}
    n++
    const isFaulty=f.some(x=>x.severity!=='note')
    const always = process.argv[3]==='all'
    if(isFaulty||always){ const r=real(major,name); if(r.status!==0) fails++; const ok=r.status!==0; if(ok!==isFaulty){bad++; console.log(isFaulty?'FALSE ALARM':'missed',name,major,f.map(x=>x.message.slice(0,250)),r.stderr.slice(0,200).split('\n')[0])} else if(isFaulty&&!always) console.log('true',name,major,f.map(x=>x.code+' '+x.path).slice(0,2).join('; ')) }
  }
}}
console.log({n,bad,fails,worst})
