package s7_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
	"github.com/holdfast-edge/holdfast/tag"
)

// contents returns what there is below an address, a line for each item.
func contents(t *testing.T, s protocols.Session, address string) (lines []string, err error) {
	t.Helper()
	err = s.(protocols.Browser).Browse(t.Context(), address, func(i protocols.Item) {
		line := fmt.Sprintf("%s|%s|%s|%s", i.Name, i.Address, i.Type, tag.AppendJSON(nil, i.Value))
		if i.Folder {
			line += "|folder"
		}
		lines = append(lines, line)
	})
	return lines, err
}

func dialled(t *testing.T, p *plc.PLC, keys string, tags ...string) (protocols.Session, protocols.Device) {
	t.Helper()
	d := kit.Device(t, "tcp://"+p.Address()+"?connect_timeout=1m", keys, tags...)
	return kit.Dial(t, d), kit.Compile(t, d)
}

func TestAPLCTellsWhoItIsAndItsBlocks(t *testing.T) {
	p := listen(t, standard())
	p.Define(7, 12)
	for db := range uint16(100) {
		p.Define(1000+db, 2) // a list that takes several answers
	}
	s, _ := dialled(t, p, "")
	lines, err := contents(t, s, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`module|||"CPU 315-2 PN/DP"`, `order number|||"6ES7 315-2EH14-0AB0"`, `firmware|||"V3.2.6"`,
		`DB1|DB1||1000|folder`, `DB7|DB7||12|folder`, `DB1099|DB1099||2|folder`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("%s is not told:\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

func TestTheWordsOfABlockAreToldWithWhatTheyHold(t *testing.T) {
	p := listen(t, standard())
	p.Define(7, 501)
	p.Set(pdu.DB, 7, 498, 0x12, 0x34)
	s, _ := dialled(t, p, "")
	lines, err := contents(t, s, "db7")
	if err != nil || len(lines) != 250 || lines[249] != "DB7.DBW498|DB7.DBW498|word|4660" {
		t.Errorf("%d words, %v, %v", len(lines), lines[max(0, len(lines)-1):], err)
	}
	_, err = contents(t, s, "DB8")
	if _, refused := errors.AsType[*protocols.Refusal](err); !refused || !strings.Contains(err.Error(), "DB8 does not exist") {
		t.Errorf("a block that is not there: %v", err)
	}
	if _, err := contents(t, s, "MW4"); err == nil {
		t.Error("markers are browsed")
	}
}

func TestAPLCThatDoesNotListItsBlocksSaysSo(t *testing.T) {
	o := standard()
	o.Listing = false
	s, _ := dialled(t, listen(t, o), "")
	lines, err := contents(t, s, "")
	if err != nil || !strings.HasPrefix(lines[len(lines)-1], "data blocks|||\"the PLC does not tell") {
		t.Errorf("%v: %v", lines, err)
	}
}

func TestSnap7TellsItsBlocks(t *testing.T) {
	d := kit.Device(t, "tcp://127.0.0.1:"+snap7(t).Ready, "", "name: x, address: M0.0")
	lines, err := contents(t, kit.Dial(t, d), "")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{"6ES7 315-2EH14-0AB0", "CPU 315-2 PN/DP", "DB1|DB1||1024|folder", "DB10|DB10||12|folder"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not told:\n%s", want, text)
		}
	}
}
