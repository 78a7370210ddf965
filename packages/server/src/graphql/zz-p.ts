import { createVocabulary, cityDictionary } from '@cityweave/core';
import { createSchema, printSdl } from '/work/main/packages/server/src/graphql/schema/schema.ts';
for (let i=0;i<4;i++){const t=performance.now(); const s=createSchema(createVocabulary([cityDictionary])); console.log(performance.now()-t);}
const s=createSchema(createVocabulary([cityDictionary]));
const sdl=printSdl(s); console.log(sdl.length, sdl.split('\n').length);
import { readFileSync, readdirSync } from 'node:fs'; import { parse, validate } from 'graphql';
for (const f of readdirSync('/work/main/fixtures/questions')) console.log(f, validate(s, parse(readFileSync('/work/main/fixtures/questions/'+f,'utf8'))).map(e=>e.message));
import { compileQuery } from "/work/main/node_modules/.pnpm/graphql-jit@0.8.7_graphql@16.15.0/node_modules/graphql-jit/dist/index.js";
for (const f of readdirSync('/work/main/fixtures/questions')) { const t=performance.now(); const c=compileQuery(s, parse(readFileSync('/work/main/fixtures/questions/'+f,'utf8'))); console.log(f, performance.now()-t, 'errors' in c && c.errors); }
