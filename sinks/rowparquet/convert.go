//go:build !lean

package rowparquet

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/holdfast-edge/holdfast/tag"
)

// Available says whether this program was built with Parquet.
const Available = true

// rowsAtOnce is how many rows are handed on together.
const rowsAtOnce = 256

// rowGroup is how many rows a row group has: what is in memory at a time.
const rowGroup = 16_384

// Convert writes a spool as one Parquet file. The spool is read twice. A last line
// without an end, which a power cut leaves, is passed over.
func Convert(spool io.ReadSeeker, to io.Writer) error {
	columns, shapes, err := survey(spool)
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	group := parquet.Group{}
	for i, c := range columns {
		if _, twice := group[c.Name]; twice {
			return fmt.Errorf("two columns are called %q", c.Name)
		}
		group[c.Name] = shapes[i].node()
	}
	w := parquet.NewGenericWriter[any](to, parquet.NewSchema("rows", group), parquet.MaxRowsPerRowGroup(rowGroup),
		parquet.CreatedBy("holdfast", "1", ""))
	if err := fill(w, spool, columns, shapes); err != nil {
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

// survey reads the header, and finds the shape of each column.
func survey(spool io.Reader) (columns []Column, shapes []shape, err error) {
	err = lines(spool, func(n int, line []byte) error {
		if n == 0 {
			if err := json.Unmarshal(line, &columns); err != nil {
				return err
			}
			shapes = make([]shape, len(columns))
			for i, c := range columns {
				if c.Kind == Time {
					shapes[i] = moment
				}
			}
			return nil
		}
		row, err := cells(line, len(columns))
		for i, v := range row {
			shapes[i] = shapes[i].widened(v)
		}
		return err
	})
	if err == nil && columns == nil {
		err = errors.New("the spool has no header")
	}
	return columns, shapes, err
}

// fill writes the rows. Parquet has its columns in the order of their names.
func fill(w *parquet.GenericWriter[any], spool io.Reader, columns []Column, shapes []shape) error {
	order := make([]int, len(columns))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if columns[a].Name < columns[b].Name {
			return -1
		}
		return 1
	})
	var waiting []parquet.Row
	flush := func() error {
		_, err := w.WriteRows(waiting)
		waiting = waiting[:0]
		return err
	}
	err := lines(spool, func(n int, line []byte) error {
		if n == 0 {
			return nil
		}
		row, err := cells(line, len(columns))
		if err != nil {
			return err
		}
		out := make(parquet.Row, len(order))
		for at, i := range order {
			v, err := shapes[i].value(row[i])
			if err != nil {
				return fmt.Errorf("column %q: %w", columns[i].Name, err)
			}
			defined := 1
			if v.IsNull() {
				defined = 0
			}
			out[at] = v.Level(0, defined, at)
		}
		if waiting = append(waiting, out); len(waiting) == rowsAtOnce {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// cells reads a row.
func cells(line []byte, n int) ([]tag.Value, error) {
	v, err := tag.ParseJSON(line)
	if err != nil {
		return nil, err
	}
	row := v.Array()
	if v.Kind() != tag.Array || len(row) != n {
		return nil, fmt.Errorf("a row is no array of %d cells", n)
	}
	return row, nil
}

// lines calls found with each line that has an end, counted from 0.
func lines(r io.Reader, found func(n int, line []byte) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := found(n, line[:len(line)-1]); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
}
