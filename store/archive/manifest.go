package archive

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// Format is the version of the archive that this package writes, and the newest
// that it reads.
const Format = 1

// manifestName is the last entry.
const manifestName = "manifest.json"

// ErrNotWhole says that an archive is not what was written: cut off, or changed.
var ErrNotWhole = errors.New("the archive is not whole")

// Manifest says what an archive is, and what is in it.
type Manifest struct {
	Format     int       `json:"format"`
	Site       string    `json:"site"`
	Version    string    `json:"version"` // of the program that made it
	Made       time.Time `json:"made"`
	Generation uint64    `json:"generation"` // of the configuration that ran
	Files      []File    `json:"files"`
}

// File is one file in an archive.
type File struct {
	Name   string `json:"name"` // relative, with slashes
	Size   int64  `json:"size"` // octets
	SHA256 string `json:"sha256"`
}

// CheckName refuses a name that would leave the directory it is extracted to.
func CheckName(name string) error {
	if name == "" || name == manifestName || path.IsAbs(name) || path.Clean(name) != name || name == ".." ||
		strings.HasPrefix(name, "../") || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("%w: it has a file called %q", ErrNotWhole, name)
	}
	return nil
}
