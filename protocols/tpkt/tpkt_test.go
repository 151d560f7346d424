package tpkt_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// connect asks for a connection.
func connect() tpkt.TPDU {
	return tpkt.TPDU{Code: tpkt.ConnectRequest, Reference: 7, Calling: []byte{1}, Called: []byte{2, 3}, Size: tpkt.MaxSize}
}

func TestDataIsPutTogetherHoweverItComes(t *testing.T) {
	data := bytes.Repeat([]byte{1, 2, 3}, 1000)
	stream := tpkt.AppendConnect(nil, 0, connect())
	stream = tpkt.AppendData(stream, data, tpkt.MinSize)
	stream = tpkt.AppendData(stream, data[:5], tpkt.MaxSize)
	for _, from := range []io.Reader{bytes.NewReader(stream), iotest.OneByteReader(bytes.NewReader(stream)), iotest.HalfReader(bytes.NewReader(stream))} {
		r := tpkt.NewReader(from, len(data))
		first, err := r.Next()
		if err != nil || first.Code != tpkt.ConnectRequest || first.Reference != 7 || first.Size != tpkt.MaxSize || !bytes.Equal(first.Called, []byte{2, 3}) {
			t.Fatalf("%+v, %v", first, err)
		}
		for _, want := range [][]byte{data, data[:5]} {
			if got, err := r.Next(); err != nil || !bytes.Equal(got.Data, want) {
				t.Fatalf("%d octets, %v", len(got.Data), err)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	}
}

func TestAStreamThatEndsWithinATPDUEndsUnexpectedly(t *testing.T) {
	frame := tpkt.AppendDisconnect(nil, 1, 3)
	for n := 1; n < len(frame); n++ {
		want := io.ErrUnexpectedEOF
		if n < 4 {
			want = io.EOF
		}
		if _, err := tpkt.NewReader(bytes.NewReader(frame[:n]), 1).Next(); !errors.Is(err, want) {
			t.Errorf("after %d octets: %v", n, err)
		}
	}
}

func TestDataWithoutAnEndIsRefused(t *testing.T) {
	piece := tpkt.AppendData(nil, make([]byte, tpkt.MaxSize-3), tpkt.MaxSize)
	piece[6] = 0 // not the last
	r := tpkt.NewReader(bytes.NewReader(bytes.Repeat(piece, 200)), 1<<20)
	if _, err := r.Next(); !errors.Is(err, tpkt.ErrFrame) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(tpkt.AppendConnect(nil, 0, connect()))
	f.Add(tpkt.AppendDisconnect(nil, 1, 3))
	f.Add(tpkt.AppendData(nil, make([]byte, 300), tpkt.MinSize))
	f.Add([]byte{3, 0, 0, 9, 4, 0x70, 0, 1, 2})
	f.Add(append([]byte{3, 0, 0, 8, 2, 0xF0, 0, 1}, tpkt.AppendDisconnect(nil, 1, 3)...)) // data without an end
	f.Fuzz(func(t *testing.T, b []byte) {
		tpdu, n, err := tpkt.Parse(b)
		if err != nil && (n != 0 || !errors.Is(err, tpkt.ErrFrame)) || len(tpdu.Data) > len(b) || n > len(b) || n > 0 && n < 7 {
			t.Fatalf("%+v, %d, %v", tpdu, n, err)
		}
		whole, n, err := tpkt.ParseMessage(b)
		if err != nil && (n != 0 || !errors.Is(err, tpkt.ErrFrame)) || n > len(b) {
			t.Fatalf("%+v, %d, %v", whole, n, err)
		}
		read, err := tpkt.NewReader(bytes.NewReader(b), len(b)).Next()
		if (n > 0) != (err == nil) || !bytes.Equal(read.Data, whole.Data) || read.Code != whole.Code {
			t.Fatalf("%+v is read as %+v, %v", whole, read, err)
		}
		if n > 0 {
			writtenAgain(t, whole)
		}
	})
}

// writtenAgain wants a TPDU back as it was.
func writtenAgain(t *testing.T, want tpkt.TPDU) {
	t.Helper()
	var b []byte
	switch {
	case want.Code == tpkt.Data:
		b = tpkt.AppendData(nil, want.Data, tpkt.MinSize)
	case want.Code == tpkt.DisconnectRequest:
		b = tpkt.AppendDisconnect(nil, 1, want.Reason)
	case want.Code != tpkt.Error && want.Size > 0 && len(want.Calling)+len(want.Called) < 200:
		b = tpkt.AppendConnect(nil, 1, want)
	default:
		return
	}
	got, n, err := tpkt.ParseMessage(b)
	if err != nil || n != len(b) || got.Code != want.Code || got.Reason != want.Reason || got.Reference != want.Reference || got.Size != want.Size ||
		!bytes.Equal(got.Data, want.Data) || !bytes.Equal(got.Calling, want.Calling) || !bytes.Equal(got.Called, want.Called) {
		t.Fatalf("%+v is read back as %+v, %v", want, got, err)
	}
}
