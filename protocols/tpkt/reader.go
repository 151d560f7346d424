package tpkt

import (
	"errors"
	"fmt"
	"io"
)

// Reader takes TPDUs off a stream, and puts data together that came in several.
type Reader struct {
	from     io.Reader
	most     int    // octets of data that are put together
	buffer   []byte // what was read; the first taken octets of it are done with
	taken    int
	assembly []byte
}

// NewReader returns a Reader of a stream whose data have at most so many octets; what is longer is an error.
func NewReader(from io.Reader, most int) *Reader { return &Reader{from: from, most: most} }

// Next returns the next TPDU; one with data has all of it. It is valid until the next call. That the stream ends is io.EOF, or
// io.ErrUnexpectedEOF where it ends within a TPDU whose length was told.
func (r *Reader) Next() (TPDU, error) {
	r.assembly = r.assembly[:0]
	for {
		t, err := r.one()
		if err != nil || t.Code != Data {
			return t, err
		}
		if len(r.assembly)+len(t.Data) > r.most {
			return TPDU{}, fmt.Errorf("%w: more than %d octets in one piece", ErrFrame, r.most)
		}
		if t.Last && len(r.assembly) == 0 {
			return t, nil
		}
		if r.assembly = append(r.assembly, t.Data...); t.Last {
			t.Data = r.assembly
			return t, nil
		}
	}
}

// one returns the next TPDU as it came.
func (r *Reader) one() (TPDU, error) {
	r.buffer = r.buffer[:copy(r.buffer, r.buffer[r.taken:])]
	r.taken = 0
	for {
		t, n, err := Parse(r.buffer)
		if err != nil || n > 0 {
			r.taken = n
			return t, err
		}
		if err := r.more(); err != nil {
			return TPDU{}, fmt.Errorf("receive: %w", err)
		}
	}
}

// more reads what there is, at least an octet.
func (r *Reader) more() error {
	const step = 2048
	if len(r.buffer) == cap(r.buffer) {
		r.buffer = append(r.buffer, make([]byte, step)...)[:len(r.buffer)]
	}
	n, err := r.from.Read(r.buffer[len(r.buffer):cap(r.buffer)])
	r.buffer = r.buffer[:len(r.buffer)+n]
	switch {
	case n > 0:
		return nil // an error comes again
	case errors.Is(err, io.EOF) && len(r.buffer) >= tpktLen:
		return io.ErrUnexpectedEOF
	default:
		return err
	}
}
