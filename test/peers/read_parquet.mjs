// Prints the rows of a Parquet file as lines of JSON: node read_parquet.mjs FILE
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'

const file = await asyncBufferFromFile(process.argv[2])
const { schema } = await parquetMetadataAsync(file)
console.log(JSON.stringify(schema.slice(1).map(c => [c.name, c.type, c.logical_type?.type ?? ''])))
const plain = (_, v) => typeof v === 'bigint' ? v.toString() : v
for (const row of await parquetReadObjects({ file })) console.log(JSON.stringify(row, plain))
