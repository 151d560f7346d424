package pdu_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// octets returns octets from hexadecimal with spaces.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRefusedItemsHaveNoDataAndOddOnesAreFilledUp(t *testing.T) {
	if _, err := pdu.Parse(octets(t, "32 03 00 00 00 07 00 02 00 12 00 00 04 01 ff")); !errors.Is(err, pdu.ErrPDU) {
		t.Errorf("a PDU that declares more than there is: %v", err)
	}
	p, err := pdu.Parse(octets(t, "32 03 00 00 00 07 00 02 00 14 00 00  04 04  0a 00 00 00  ff 04 00 08 a5 00  05 00 00 04  ff 09 00 02 12 34"))
	if err != nil {
		t.Fatal(err)
	}
	items, err := pdu.ParseRead(p, 4)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		code   pdu.Return
		octets string
	}{{pdu.NotThere, ""}, {pdu.OK, "a5"}, {pdu.OutOfRange, ""}, {pdu.OK, "1234"}} {
		code, got, err := items.Next()
		if err != nil || code != want.code || hex.EncodeToString(got) != want.octets {
			t.Errorf("item %d: %v % x, %v", i, code, got, err)
		}
	}
	if _, _, err := items.Next(); !errors.Is(err, pdu.ErrPDU) {
		t.Errorf("a fifth: %v", err)
	}
}

func TestAnAnswerToAnotherJobIsNone(t *testing.T) {
	for _, text := range []string{
		"32 03 00 00 00 07 00 02 00 01 00 00 05 01 ff", // a write's
		"32 03 00 00 00 07 00 02 00 00 00 00 04 02",    // two items
		"32 02 00 00 00 07 00 02 00 00 00 00 04 01",    // no data
		"32 03 00 00 00 07 00 00 00 00 00 00",
	} {
		p, err := pdu.Parse(octets(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pdu.ParseRead(p, 1); !errors.Is(err, pdu.ErrPDU) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAPDUHasRoomForAsMuchAsItsSizeSays(t *testing.T) {
	for size := 64; size <= 960; size++ {
		room := pdu.RoomToRead(size)
		if !room.Take(pdu.MaxRead(size)) || room.Take(0) {
			t.Fatalf("%d octets: %+v", size, room)
		}
		room = pdu.RoomToRead(size)
		var items []pdu.Item
		var outcomes []pdu.Outcome
		for n := 1; room.Take(n); n += 2 {
			items = append(items, pdu.Item{Area: pdu.DB, DB: 1, Count: n})
			outcomes = append(outcomes, pdu.Outcome{Return: pdu.OK, Octets: make([]byte, n)})
		}
		job, answer := pdu.AppendRead(nil, items...), pdu.AppendReadAnswer(nil, 0, items, outcomes)
		if len(job) > size || len(answer) > size || len(items) > pdu.MaxItems {
			t.Fatalf("%d octets: a job of %d, an answer of %d", size, len(job), len(answer))
		}
		if w := pdu.AppendWrite(nil, pdu.Item{Area: pdu.DB}, make([]byte, pdu.MaxWrite(size))); len(w) != size {
			t.Fatalf("%d octets: a write of %d", size, len(w))
		}
	}
}

func TestTakingAnAnswerApartCostsNoMemory(t *testing.T) {
	b := samples()[3]
	if n := testing.AllocsPerRun(100, func() {
		p, err := pdu.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		items, _ := pdu.ParseRead(p, 3)
		for range 3 {
			if _, _, err := items.Next(); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
