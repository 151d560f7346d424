package file

import (
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/sinks/rowparquet"
)

// Options are the keys of a sink of type file.
type Options struct {
	Dir         string          `yaml:"dir" required:"true" min:"1" doc:"The directory; each stream has one of its own below it. It is made where it is missing." example:"/var/lib/holdfast/export"`
	Format      string          `yaml:"format" default:"jsonl" enum:"jsonl,csv,parquet" doc:"jsonl is a JSON object a line, csv has the names of the columns first, parquet has typed columns."`
	RotateSize  config.ByteSize `yaml:"rotate_size" default:"64MiB" min:"4KiB" max:"16GiB" doc:"A file that has grown to this is completed, and the next one begun. It counts what is written, before compression."`
	RotateAge   time.Duration   `yaml:"rotate_age" default:"1h" min:"1s" max:"31d" doc:"A file is completed this long after it was begun."`
	Compression string          `yaml:"compression" default:"none" enum:"none,gzip,zstd" doc:"How completed files are compressed. Parquet compresses by itself."`
	TimeFormat  string          `yaml:"time_format" default:"rfc3339" enum:"rfc3339,s,ms,us,ns" doc:"How times are written: RFC 3339, or a count since 1970. Parquet has timestamps."`

	Bulk
}

// Bulk are the keys that sinks of this kind share.
type Bulk = bulk.Options

// The formats and compressions.
const (
	jsonl   = "jsonl"
	csv     = "csv"
	parquet = "parquet"
	none    = "none"
	gzip    = "gzip"
	zstd    = "zstd"
)

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	if !filepath.IsAbs(o.Dir) {
		report("dir", &config.Problem{What: "the directory is relative, and nobody knows to what", Fix: "write the whole path, such as /var/lib/holdfast/export"})
	}
	if o.Format == parquet && !rowparquet.Available {
		report("format", rowparquet.ErrLean)
	}
	if o.Format == parquet && o.Compression != none {
		report("compression", &config.Problem{What: "parquet compresses by itself", Fix: "leave compression out"})
	}
	if o.Format == parquet && o.TimeFormat != rowjson.RFC3339 {
		report("time_format", &config.Problem{What: "parquet has timestamps", Fix: "leave time_format out"})
	}
}
