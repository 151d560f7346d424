package link

import (
	"bytes"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// segments returns an answer in pieces of an octet.
func segments(count int) (list []*wire.APDU) {
	for i := range count {
		list = append(list, &wire.APDU{
			Kind: wire.ComplexACK, Segmented: true, More: i+1 < count, Invoke: 3, Sequence: uint8(i), Window: 4, Service: 12, Body: []byte{byte(i)},
		})
	}
	return list
}

// acks takes segments, and returns the sequence numbers that are acknowledged; those asked for again are negative.
func acks(t *testing.T, a *assembly, list ...*wire.APDU) (numbers []int, done bool) {
	t.Helper()
	for _, s := range list {
		ack, whole, err := a.take(s)
		if err != nil {
			t.Fatal(err)
		}
		done = done || whole
		switch {
		case ack == nil:
		case ack.Invoke != 3 || ack.Window != 4:
			t.Errorf("acknowledged by %+v", ack)
		case ack.Negative:
			numbers = append(numbers, -int(ack.Sequence))
		default:
			numbers = append(numbers, int(ack.Sequence))
		}
	}
	return numbers, done
}

func TestSegmentsAreAcknowledgedByWindows(t *testing.T) {
	a := &assembly{}
	numbers, done := acks(t, a, segments(11)...)
	if want := []int{0, 4, 8, 10}; !slices.Equal(numbers, want) || !done {
		t.Errorf("acknowledged %v, %v, want %v", numbers, done, want)
	}
	if !bytes.Equal(a.whole.Body, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) || a.whole.Service != 12 {
		t.Errorf("the whole is %+v", a.whole)
	}
}

func TestAMissingSegmentIsAskedForAgainAndASecondOneIsOnlyAcknowledged(t *testing.T) {
	all, a := segments(6), &assembly{}
	numbers, done := acks(t, a, all[0], all[1], all[3], all[2], all[3], all[4], all[3], all[5])
	if want := []int{0, -1, 4, 5}; !done || !slices.Equal(numbers[:2], want[:2]) || numbers[len(numbers)-1] != 5 {
		t.Errorf("acknowledged %v, %v", numbers, done)
	}
	if !bytes.Equal(a.whole.Body, []byte{0, 1, 2, 3, 4, 5}) {
		t.Errorf("the whole is % x", a.whole.Body)
	}
}

func TestAnAnswerOfMoreThan256SegmentsGoesOn(t *testing.T) {
	a := &assembly{}
	if _, done := acks(t, a, segments(700)...); !done || len(a.whole.Body) != 700 {
		t.Errorf("%v, %d octets", done, len(a.whole.Body))
	}
}

func FuzzAssembly(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0x83})
	f.Add([]byte{1, 0, 0, 2, 0x81})
	f.Fuzz(func(t *testing.T, order []byte) {
		a := &assembly{}
		for _, b := range order {
			s := &wire.APDU{Kind: wire.ComplexACK, Segmented: true, More: b&0x80 == 0, Sequence: b & 0x7F, Window: 4, Body: []byte{b & 0x7F}}
			_, done, err := a.take(s)
			if err != nil {
				return
			}
			if done {
				break
			}
		}
		for i, b := range a.body { // whatever came, what is taken is in order
			if b != byte(i)&0x7F {
				t.Fatalf("% x becomes % x", order, a.body)
			}
		}
	})
}
