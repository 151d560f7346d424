// Package export writes the rows of an answer as they come, as JSON, CSV or Parquet.
package export

import (
	"bufio"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/holdfast-edge/holdfast/sinks/rowparquet"
	"github.com/holdfast-edge/holdfast/store/tables"
)

// Summary is what is known when the rows have ended.
type Summary struct {
	Watermark map[string]int64 // by stream, nanoseconds since the Unix epoch
	Truncated bool
	Err       error // why they ended early
}

// Writer writes rows in one format. Begin is called once, before the rows; End
// once, behind them, whether they came to their end or not.
type Writer interface {
	ContentType() string
	Begin(columns []tables.Column) error
	Row(values []any) error
	End(Summary) error
}

// Formats are the names that New takes.
func Formats() []string { return []string{"json", "csv", "parquet"} }

// New returns a writer of a format.
func New(format string, to io.Writer) (Writer, error) {
	switch format {
	case "json":
		return &jsonWriter{out: bufio.NewWriterSize(to, 32<<10)}, nil
	case "csv":
		return newCSV(to), nil
	case "parquet":
		if !rowparquet.Available {
			return nil, rowparquet.ErrLean
		}
		return &parquetWriter{to: to}, nil
	}
	return nil, fmt.Errorf("%q is no format of answers: want one of %v", format, Formats())
}

// jsonWriter writes one object, whose rows are arrays, a line each.
type jsonWriter struct {
	out  *bufio.Writer
	rows int
	line []byte
}

func (*jsonWriter) ContentType() string { return "application/json" }

func (j *jsonWriter) Begin(columns []tables.Column) error {
	text, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.out, "{\"columns\":%s,\"rows\":[", text)
	return err
}

func (j *jsonWriter) Row(values []any) error {
	j.line = append(j.line[:0], ",\n["...)
	if j.rows == 0 {
		j.line = append(j.line[:0], "\n["...)
	}
	j.rows++
	for i, v := range values {
		if i > 0 {
			j.line = append(j.line, ',')
		}
		j.line = appendJSON(j.line, v)
	}
	j.line = append(j.line, ']')
	_, err := j.out.Write(j.line)
	return err
}

// appendJSON appends a value. What is no number in JSON is a text.
func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return strconv.AppendQuote(dst, fmt.Sprint(v))
		}
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	case []byte:
		return strconv.AppendQuote(dst, base64.StdEncoding.EncodeToString(v))
	}
	text, err := json.Marshal(v)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, text...)
}

func (j *jsonWriter) End(s Summary) error {
	tail := struct {
		Watermark map[string]string `json:"watermark"`
		Truncated bool              `json:"truncated"`
		Error     string            `json:"error,omitempty"`
	}{Watermark: Times(s.Watermark), Truncated: s.Truncated}
	if s.Err != nil {
		tail.Error = s.Err.Error()
	}
	text, err := json.Marshal(tail)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.out, "\n],%s\n", text[1:])
	if err != nil {
		return err
	}
	return j.out.Flush()
}

// Times writes watermarks as times.
func Times(marks map[string]int64) map[string]string {
	texts := make(map[string]string, len(marks))
	for stream, at := range marks {
		texts[stream] = time.Unix(0, at).UTC().Format(time.RFC3339Nano)
	}
	return texts
}

// csvWriter writes RFC 4180, with the names of the columns first. NULL is an
// empty cell, in quotes where it is the only one: readers pass over empty lines.
type csvWriter struct {
	to    *bufio.Writer
	out   *csv.Writer // to the one above
	cells []string
}

func newCSV(to io.Writer) *csvWriter {
	buffered := bufio.NewWriterSize(to, 32<<10)
	return &csvWriter{to: buffered, out: csv.NewWriter(buffered)} // which takes the buffer for its own
}

func (*csvWriter) ContentType() string { return "text/csv; charset=utf-8" }

func (c *csvWriter) Begin(columns []tables.Column) error {
	c.cells = make([]string, len(columns))
	for i, col := range columns {
		c.cells[i] = col.Name
	}
	return c.out.Write(c.cells)
}

func (c *csvWriter) Row(values []any) error {
	for i, v := range values {
		c.cells[i] = Cell(v)
	}
	if len(c.cells) == 1 && c.cells[0] == "" {
		c.out.Flush()
		_, err := c.to.WriteString("\"\"\n")
		return err
	}
	return c.out.Write(c.cells)
}

func (c *csvWriter) End(Summary) error {
	c.out.Flush()
	return errors.Join(c.out.Error(), c.to.Flush())
}

// Cell is a value as plain text.
func Cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	}
	return fmt.Sprint(v)
}
