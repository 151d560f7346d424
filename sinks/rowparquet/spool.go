package rowparquet

import (
	"encoding/json"
	"errors"
)

// ErrLean says that this program was built without Parquet.
var ErrLean = errors.New("this program was built without Parquet, to be small: use the full build, or another format")

// Time is the kind of a column of times.
const Time = "time"

// Column names a column and, where it is not to be found out, its kind.
type Column struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitempty"` // Time, or empty
}

// AppendHeader appends the line that a spool begins with.
func AppendHeader(dst []byte, columns []Column) ([]byte, error) {
	text, err := json.Marshal(columns)
	return append(append(dst, text...), '\n'), err
}
