package record_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// sample is a recording with everything that one can have.
func sample() *record.Recording {
	return &record.Recording{
		Header: record.Header{
			Driver: "modbus", Endpoint: "tcp://10.0.0.7:502", Program: "1.0", Start: time.Date(2026, 11, 28, 1, 2, 3, 4, time.UTC),
			Length: time.Minute, Ring: true, Lost: 7,
		},
		Frames: []record.Frame{
			{Note: protocols.Opened, Data: []byte{}},
			{At: time.Millisecond, Note: protocols.Sent, Data: []byte{0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1}},
			{At: 2 * time.Millisecond, Note: protocols.Received, Data: []byte{0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 42}},
			{At: 3 * time.Millisecond, Note: protocols.Sent | protocols.Masked, Data: []byte{1}},
			{At: time.Second, Note: protocols.Cut, Data: []byte{}},
		},
	}
}

func encoded(t testing.TB, r *record.Recording) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := r.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%d of %d bytes, %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func TestARecordingIsReadAsItWasWritten(t *testing.T) {
	got, err := record.Read(bytes.NewReader(encoded(t, sample())))
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(); !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, written %+v", got, want)
	}
}

func TestWhatIsIntactOfACutFileIsRead(t *testing.T) {
	whole := encoded(t, sample())
	header := bytes.Index(whole, []byte{0, 0, 0, 0, byte(protocols.Opened)})
	for n := range whole {
		r, err := record.Read(bytes.NewReader(whole[:n]))
		switch {
		case n < header:
			if !errors.Is(err, record.ErrFormat) || r != nil {
				t.Fatalf("cut at %d: %v, %v", n, r, err)
			}
		case !errors.Is(err, record.ErrCutOff):
			t.Fatalf("cut at %d: %v", n, err)
		case len(r.Frames) > 0 && !reflect.DeepEqual(r.Frames, sample().Frames[:len(r.Frames)]):
			t.Fatalf("cut at %d: %+v", n, r.Frames)
		}
	}
}

func TestEveryChangedBitIsNoticed(t *testing.T) {
	whole := encoded(t, sample())
	for i := range whole {
		for bit := range 8 {
			changed := bytes.Clone(whole)
			changed[i] ^= 1 << bit
			if _, err := record.Read(bytes.NewReader(changed)); err == nil {
				t.Fatalf("bit %d of byte %d was changed, and the file read", bit, i)
			}
		}
	}
}

func TestOtherFilesAreNoRecordings(t *testing.T) {
	other := encoded(t, sample())
	other[9] = 2
	if _, err := record.Read(bytes.NewReader(other)); !errors.Is(err, record.ErrVersion) {
		t.Errorf("version 2: %v", err)
	}
	for _, text := range []string{"", "HOLDFREC", "PK\x03\x04 and so on, as long as the beginning of a recording is"} {
		if _, err := record.Read(bytes.NewReader([]byte(text))); !errors.Is(err, record.ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
	broken := errors.New("the disk is broken")
	if _, err := record.Read(io.MultiReader(bytes.NewReader(encoded(t, sample())[:150]), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("a broken disk: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzRead(f *testing.F) {
	whole := encoded(f, sample())
	f.Add(whole)
	f.Add(whole[:len(whole)-9])
	f.Add([]byte("HOLDFREC\x00\x01\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := record.Read(bytes.NewReader(file))
		if r == nil {
			if err == nil {
				t.Fatal("nothing, and no error")
			}
			return
		}
		again, err := record.Read(bytes.NewReader(encoded(t, r)))
		if err != nil || len(again.Frames) != len(r.Frames) {
			t.Fatalf("%d frames, %d when written and read again: %v", len(r.Frames), len(again.Frames), err)
		}
	})
}
