// Package file writes rows into files: lines of JSON, CSV, or Parquet.
//
//	{dir}/climate/20261128T024000Z-000001.jsonl.part     being written, synced before it is acknowledged
//	{dir}/climate/20261128T014000Z-000001.jsonl          complete: nobody changes it any more
//	{dir}/climate/gaps.jsonl                             gaps, where the format has no place for them
//
// A record is acknowledged when it is on the disk. A file gets its name when it is
// complete, by a rename, so that whoever collects files sees whole ones only. What
// a power cut leaves is a .part whose last line may be torn: the next start cuts
// that off and goes on. Since a record is synced before it is acknowledged, the
// cut may have taken an acknowledgement but no record: it is then there twice,
// with the same id.
//
// A Parquet file cannot be read before it is complete, so its rows wait in a .part
// of JSON lines; see package rowparquet.
package file
