//go:build lean

package rowparquet

import "io"

// Available says whether this program was built with Parquet.
const Available = false

// Convert is not there: it returns ErrLean.
func Convert(io.ReadSeeker, io.Writer) error { return ErrLean }
