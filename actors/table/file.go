package table

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// File is a table of the rows of a file.
type File struct {
	config *config.Table
	rows   atomic.Pointer[lookup.Fixed]

	mu      sync.Mutex
	seen    mark // the file as it was read last
	readAt  time.Time
	trouble error
}

// mark is how a file is told from another one.
type mark struct {
	size int64
	time time.Time
}

// OpenFile reads the file of a table. The error is of the file, or of its rows.
func OpenFile(c *config.Table, now time.Time) (*File, error) {
	f := &File{config: c}
	if err := f.refresh(now); err != nil {
		return nil, err
	}
	return f, nil
}

// AwaitFile is OpenFile for a file that cannot be read now: every row that asks
// fails until it can.
func AwaitFile(c *config.Table) *File { return &File{config: c} }

// Lookup is that of lookup.Table, over the rows of the file as it was last read.
func (f *File) Lookup(now int64, columns []string, values []tag.Value) (*tag.Batch, error) {
	rows := f.rows.Load()
	if rows == nil {
		return nil, fmt.Errorf("table %s: its file %s has not been read yet", f.config.Name, f.config.File)
	}
	return rows.Lookup(now, columns, values)
}

// Len is that of lookup.Paged.
func (f *File) Len() int {
	if rows := f.rows.Load(); rows != nil {
		return rows.Len()
	}
	return 0
}

// Page is that of lookup.Paged.
func (f *File) Page(now int64, from, limit int) []*tag.Batch {
	if rows := f.rows.Load(); rows != nil {
		return rows.Page(now, from, limit)
	}
	return nil
}

// Status is Held's.
func (f *File) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Status{Read: f.readAt, Trouble: f.trouble}
}

// Reread is Held's.
func (f *File) Reread(now time.Time) error {
	f.mu.Lock()
	f.seen = mark{}
	f.mu.Unlock()
	return f.refresh(now)
}

func (f *File) open(*Env) {}

func (f *File) keep(ctx context.Context, env *Env) error {
	ticker := time.NewTicker(f.config.Reread)
	defer ticker.Stop()
	told := ""
	for {
		trouble := ""
		if err := f.refresh(env.Now()); err != nil {
			if trouble = err.Error(); trouble != told {
				env.Failed(f.config.Name, err)
			}
		}
		told = trouble
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// refresh reads the file where it is another than the one seen last. With an
// error the rows stay. A file that is written while it is read has another time
// than the one that was noted before, so it is read again.
func (f *File) refresh(now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trouble = f.look(now)
	return f.trouble
}

func (f *File) look(now time.Time) error {
	info, err := os.Stat(f.config.File)
	if err != nil {
		f.seen = mark{}
		return err
	}
	found := mark{info.Size(), info.ModTime()}
	if found == f.seen {
		return nil
	}
	rows, err := f.read(info, now)
	if err != nil {
		f.seen = mark{} // who may not read it now may later, and it is no other file then
		return err
	}
	f.seen, f.readAt = found, now
	f.rows.Store(rows)
	return nil
}

func (f *File) read(info os.FileInfo, now time.Time) (*lookup.Fixed, error) {
	if !info.Mode().IsRegular() || info.Size() > lookup.MaxFile {
		return nil, fmt.Errorf("read table %s: want a file of at most %d bytes", f.config.Name, lookup.MaxFile)
	}
	data, err := os.ReadFile(f.config.File)
	if err != nil {
		return nil, err
	}
	parse := lookup.ParseJSON
	if filepath.Ext(f.config.File) == ".csv" {
		parse = lookup.ParseCSV
	}
	rows, err := parse(f.config.Name, data, now.UnixNano())
	if err != nil {
		return nil, err
	}
	rows = likeBefore(f.rows.Load(), rows)
	return rows, checkKey(f.config, rows)
}

// likeBefore gives rows the schema of those before them where the columns are
// the same, so that running queries need not bind them anew.
func likeBefore(before, rows *lookup.Fixed) *lookup.Fixed {
	if before == nil || before.Rows() == nil || rows.Rows() == nil || !sameColumns(before.Rows().Schema(), rows.Rows().Schema()) {
		return rows
	}
	b := tag.NewBuilder(before.Rows().Schema(), max(rows.Len(), 1))
	for i := range rows.Len() {
		copy(b.Row(rows.Rows().Time(i)), rows.Rows().Row(i))
	}
	return lookup.NewFixed(b.Batch())
}

func sameColumns(a, b *tag.Schema) bool {
	if a.Len() != b.Len() {
		return false
	}
	for slot := range a.Len() {
		if a.Field(slot).Name != b.Field(slot).Name {
			return false
		}
	}
	return true
}

// checkKey wants every row to have the key, and no two the same one.
func checkKey(c *config.Table, rows *lookup.Fixed) error {
	if len(c.Key) == 0 || rows.Len() == 0 {
		return nil
	}
	schema, values := rows.Rows().Schema(), make([]tag.Value, len(c.Key))
	for row := range rows.Len() {
		for i, column := range c.Key {
			slot, ok := schema.Slot(column)
			if !ok {
				return fmt.Errorf("read table %s: no column is called %s, which is in its key", c.Name, column)
			}
			if values[i] = rows.Rows().Row(row)[slot]; values[i].IsNull() {
				return fmt.Errorf("read table %s: row %d has no %s, which is in its key", c.Name, row+1, column)
			}
		}
		if same, err := rows.Lookup(0, c.Key, values); err != nil || same.Len() > 1 {
			return fmt.Errorf("read table %s: row %d has the key of another row", c.Name, row+1)
		}
	}
	return nil
}
