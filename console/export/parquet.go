package export

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/holdfast-edge/holdfast/sinks/rowparquet"
	"github.com/holdfast-edge/holdfast/store/tables"
)

// parquetWriter writes a Parquet file. Its rows wait in a file of their own until
// the types of all columns are known. A query that failed gives no file.
type parquetWriter struct {
	to    io.Writer
	spool *os.File
	out   *bufio.Writer // to the spool
	line  []byte
}

func (*parquetWriter) ContentType() string { return "application/vnd.apache.parquet" }

func (p *parquetWriter) Begin(columns []tables.Column) (err error) {
	if p.spool, err = os.CreateTemp("", "holdfast-query-"); err != nil {
		return err
	}
	if err := os.Remove(p.spool.Name()); err != nil { // it goes with its last reader
		return err
	}
	all := make([]rowparquet.Column, len(columns))
	for i, c := range columns {
		all[i] = rowparquet.Column{Name: c.Name}
	}
	p.out = bufio.NewWriterSize(p.spool, 64<<10)
	header, err := rowparquet.AppendHeader(nil, all)
	if err == nil {
		_, err = p.out.Write(header)
	}
	return err
}

func (p *parquetWriter) Row(values []any) error {
	p.line = append(p.line[:0], '[')
	for i, v := range values {
		if i > 0 {
			p.line = append(p.line, ',')
		}
		p.line = appendJSON(p.line, v)
	}
	p.line = append(p.line, "]\n"...)
	_, err := p.out.Write(p.line)
	return err
}

func (p *parquetWriter) End(s Summary) (err error) {
	if p.spool == nil {
		return errors.New("the answer was not begun")
	}
	defer func() { err = errors.Join(err, p.spool.Close()) }()
	if s.Err != nil {
		return nil
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	if _, err := p.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return rowparquet.Convert(p.spool, p.to)
}
