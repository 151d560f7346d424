// Package format is the number of the form in which a data directory is written, so that a program never opens what it does
// not know, and one that is on trial writes nothing that the program before it could not read.
//
//	new directory ──▶ Newest
//	older directory ── a program that is not on trial, or was confirmed ──▶ Newest
//	older directory ── a program on trial ──▶ stays, and the program writes what it was
//	newer directory ──▶ ErrNewer: nothing is opened
//
// A store that comes to have a second form writes by the number that Open returns; that is the only way in which it learns
// which one to write. Within a number, what is added has to be of a kind that older programs pass over.
package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// Oldest is the lowest number that this program reads.
const Oldest = 1

// What callers branch on.
var (
	ErrNewer = errors.New("the data directory was written by a newer program")
	ErrOlder = errors.New("the data directory was written by a program that is too old")
)

const fileName = "format.json"

// mark is what a directory says of itself.
type mark struct {
	Format int    `json:"format"`
	By     string `json:"by"` // version of the program that wrote in this form first
}

// Of returns the number of a directory. One that does not say is of the first form: it is from before this package, or new. A
// mark that is damaged counts as this program's own: a node starts with whatever is left of its disk.
func Of(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, fileName))
	if errors.Is(err, fs.ErrNotExist) {
		return 1, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the format of %s: %w", dir, err)
	}
	var m mark
	if json.Unmarshal(text, &m) != nil || m.Format < 1 {
		return Newest, nil //nolint:nilerr // as the comment says
	}
	return m.Format, nil
}

// Check says whether a program that knows the formats up to newest may open a directory.
func Check(dir string, newest int) error {
	n, err := Of(dir)
	if err == nil && n > newest {
		err = fmt.Errorf("%w: it has format %d, and this program knows %d at most: install the newer program again", ErrNewer, n, newest)
	}
	return err
}

// Open returns the number that the stores of a directory are to write. Where the program is not on trial, that is Newest from
// here on.
func Open(dir, version string, trial bool) (int, error) {
	if err := Check(dir, Newest); err != nil {
		return 0, err
	}
	n, err := Of(dir)
	if err != nil {
		return 0, err
	}
	if n < Oldest {
		return 0, fmt.Errorf("%w: it has format %d, and this program knows %d at least", ErrOlder, n, Oldest)
	}
	if trial {
		return n, nil
	}
	return Newest, Raise(dir, version)
}

// Raise says that a directory may be written in the newest form: the program is confirmed. Stores that are open stay as they
// are until they are opened again.
func Raise(dir, version string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	path := filepath.Join(dir, fileName)
	if n, err := Of(dir); err != nil {
		return err
	} else if _, missing := os.Stat(path); n == Newest && missing == nil {
		return nil
	}
	text, err := json.Marshal(mark{Newest, version})
	if err != nil {
		return err
	}
	if err := bolt.ReplaceFile(path, text); err != nil {
		return fmt.Errorf("mark the format of %s: %w", dir, err)
	}
	return nil
}
