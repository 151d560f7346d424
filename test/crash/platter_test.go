package crash_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// platter is a disk under a directory, as system calls make it: what is sure to
// be there after a power cut, and what may be.
//
// It is as strict as POSIX lets it be. The sectors of a write that was not synced
// are each there or not, or in part; the names of files that were made, renamed
// or removed are sure once their directory was synced, and before that any
// number of the changes, in order. Directories are there when they are made.
type platter struct {
	dir     string
	files   map[string]*inode // as the process sees it
	sure    map[string]*inode
	changes []nameChange // of names, not synced
}

// inode is a file.
type inode struct {
	sure    []byte
	pending []change
}

// change is a write, or the setting of a size, that was not synced.
type change struct {
	at       int64
	data     []byte
	truncate bool
}

type nameChange struct {
	dir   string
	apply func(map[string]*inode)
}

// newPlatter takes a directory as it is, all of it sure.
func newPlatter(t *testing.T, dir string) *platter {
	t.Helper()
	p := &platter{dir: dir, files: map[string]*inode{}, sure: map[string]*inode{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		p.files[path] = &inode{sure: data}
		p.sure[path] = p.files[path]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *platter) has(path string) bool { return strings.HasPrefix(path, p.dir+"/") }

// begin takes what has an effect when it begins.
func (p *platter) begin(c call) error {
	switch c.name {
	case "pwrite64":
		return p.write(c)
	case "ftruncate":
		return p.truncate(c)
	}
	return nil
}

// end takes what has an effect when it ends.
func (p *platter) end(c call) error {
	if !c.ok {
		return nil
	}
	switch c.name {
	case "openat":
		return p.create(c)
	case "renameat", "renameat2":
		return p.rename(c)
	case "unlinkat":
		return p.unlink(c)
	case "fdatasync", "fsync":
		p.sync(c.path(0))
	}
	return nil
}

func (p *platter) write(c call) error {
	file := p.files[c.path(0)]
	if file == nil {
		return nil
	}
	data, err := c.text(1)
	if err != nil {
		return err
	}
	at, err := c.number(3)
	file.pending = append(file.pending, change{at: at, data: data})
	return err
}

func (p *platter) truncate(c call) error {
	file := p.files[c.path(0)]
	if file == nil {
		return nil
	}
	size, err := c.number(1)
	file.pending = append(file.pending, change{at: size, truncate: true})
	return err
}

func (p *platter) create(c call) error {
	name, err := c.text(1)
	path := string(name)
	if err != nil || !p.has(path) || !strings.Contains(c.args[2], "O_CREAT") || p.files[path] != nil {
		return err
	}
	file := &inode{}
	p.change(path, func(names map[string]*inode) { names[path] = file })
	return nil
}

func (p *platter) rename(c call) error {
	old, err := c.text(1)
	if err != nil {
		return err
	}
	name, err := c.text(3)
	from, to := string(old), string(name)
	if err != nil || !p.has(from) {
		return err
	}
	p.change(to, func(names map[string]*inode) {
		if file := names[from]; file != nil {
			names[to] = file
			delete(names, from)
		}
	})
	return nil
}

func (p *platter) unlink(c call) error {
	name, err := c.text(1)
	path := string(name)
	if err != nil || !p.has(path) {
		return err
	}
	p.change(path, func(names map[string]*inode) { delete(names, path) })
	return nil
}

// change changes the names in a directory.
func (p *platter) change(path string, apply func(map[string]*inode)) {
	apply(p.files)
	p.changes = append(p.changes, nameChange{dir: filepath.Dir(path), apply: apply})
}

// sync makes a file sure, or the names in a directory.
func (p *platter) sync(path string) {
	if file := p.files[path]; file != nil {
		for _, c := range file.pending {
			file.sure = c.applied(file.sure, func(int64) int { return sector })
		}
		file.pending = nil
		return
	}
	p.changes = slices.DeleteFunc(p.changes, func(c nameChange) bool {
		if c.dir == path {
			c.apply(p.sure)
		}
		return c.dir == path
	})
}

// sector is what a disk writes at once, if nothing goes wrong.
const sector = 512

// applied returns the octets of a file after a change, of which as many octets
// of each sector are written as written says.
func (c change) applied(file []byte, written func(at int64) int) []byte {
	if c.truncate {
		if c.at <= int64(len(file)) {
			return file[:c.at]
		}
		return append(file, make([]byte, c.at-int64(len(file)))...)
	}
	for i := 0; i < len(c.data); i += sector {
		part := c.data[i:min(i+sector, len(c.data))]
		part = part[:min(written(c.at+int64(i)), len(part))]
		at := int(c.at) + i
		if grown := at + len(part) - len(file); grown > 0 && len(part) > 0 {
			file = append(file, make([]byte, grown)...)
		}
		if len(part) > 0 {
			copy(file[at:], part)
		}
	}
	return file
}

// image writes what the disk may hold if the power is cut now.
func (p *platter) image(to string, random *rand.Rand) error {
	names := map[string]*inode{}
	for path, file := range p.sure {
		names[path] = file
	}
	for _, c := range p.changes[:random.IntN(len(p.changes)+1)] {
		c.apply(names)
	}
	lucky := []float64{0, 0.1, 0.5, 0.9, 1}[random.IntN(5)] // share of the sectors that make it
	for path, file := range names {
		data := slices.Clone(file.sure)
		for _, c := range file.pending {
			if c.truncate && random.Float64() >= lucky {
				continue
			}
			data = c.applied(data, func(int64) int { return luck(random, lucky) })
		}
		target := filepath.Join(to, strings.TrimPrefix(path, p.dir))
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(target, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// luck says how much of a sector is written: all, nothing, or torn.
func luck(random *rand.Rand, lucky float64) int {
	switch {
	case random.IntN(50) == 0:
		return random.IntN(sector)
	case random.Float64() < lucky:
		return sector
	}
	return 0
}
