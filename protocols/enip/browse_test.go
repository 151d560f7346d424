package enip_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
)

// browse returns what is below an address, an item on a line.
func browse(t *testing.T, b protocols.Browser, address string) string {
	t.Helper()
	var lines []string
	err := b.Browse(t.Context(), address, func(i protocols.Item) {
		kind := i.Type
		if i.Folder {
			kind = "folder"
		}
		if i.Writable {
			kind += " rw"
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", i.Name, i.Address, kind))
	})
	if err != nil {
		t.Fatalf("%q: %v", address, err)
	}
	return strings.Join(lines, "\n")
}

func TestAControllerTellsItsTagsProgramsAndStructures(t *testing.T) {
	for _, old := range []bool{false, true} {
		o := controller.Logix(quiet())
		o.Old = old
		c := start(t, o)
		furnish(c)
		b := kit.Dial(t, kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a")).(protocols.Browser)
		root := browse(t, b, "")
		for _, want := range []string{
			"Program:Main Program:Main folder", "a_real a_real real rw", "Counts Counts folder", "Recipe Recipe string rw", "Motor Motor folder",
		} {
			if !strings.Contains("\n"+root+"\n", "\n"+want+"\n") {
				t.Errorf("no %q in\n%s", want, root)
			}
		}
		if old != strings.Contains(root, "Hidden") || strings.Contains(root, "Shown rw") || !strings.Contains(root, "Shown") {
			t.Errorf("access is not what the controller allows:\n%s", root)
		}
		for address, want := range map[string]string{
			"Program:Main":   "Counter Program:Main.Counter dint rw",
			"Grid":           "Grid[0,0] Grid[0,0] int rw\nGrid[0,1] Grid[0,1] int rw",
			"Motors":         "Motors[0] Motors[0] folder\nMotors[1] Motors[1] folder\nMotors[2] Motors[2] folder",
			"Motors[1]":      "Running Motors[1].Running bool rw\nTripped Motors[1].Tripped bool rw\nSpeed Motors[1].Speed real rw\nHours Motors[1].Hours folder",
			"Motor.Hours":    "Hours[0] Motor.Hours[0] dint rw\nHours[1] Motor.Hours[1] dint rw",
			"motors[2].name": "", "Recipe": "", "a_real": "",
		} {
			if told := browse(t, b, address); !strings.HasPrefix(told, want) || want == "" && told != "" {
				t.Errorf("below %s is\n%s\nwant\n%s", address, told, want)
			}
		}
		if told := browse(t, b, "Flags"); strings.Count(told, "bool rw") != 96 || !strings.Contains(told, "Flags[95] Flags[95]") {
			t.Errorf("the array of BOOL is\n%s", told)
		}
		for _, address := range []string{"nothing", "Motor.nothing", "Motors.Speed", "a_real.5", "%", "Program:Other", "Counts[1,2]"} {
			err := b.Browse(t.Context(), address, func(protocols.Item) {})
			if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
				t.Errorf("below %s: %v", address, err)
			}
		}
	}
}

func TestEverythingThatABrowseTellsCanBeRead(t *testing.T) {
	c := plant(t)
	b := kit.Dial(t, kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a")).(protocols.Browser)
	var tags []string
	var walk func(address string)
	walk = func(address string) {
		var folders []string
		if err := b.Browse(t.Context(), address, func(i protocols.Item) {
			if i.Folder {
				folders = append(folders, i.Address)
				return
			}
			tags = append(tags, fmt.Sprintf("name: t%d, address: '%s', type: %s", len(tags), i.Address, i.Type))
		}); err != nil {
			t.Fatal(err)
		}
		for _, f := range folders {
			walk(f)
		}
	}
	walk("")
	d := kit.Device(t, "tcp://"+c.Address(), "", tags...)
	values, err := scan(t, kit.Dial(t, d), kit.Compile(t, d), len(tags))
	if err != nil || len(tags) < 2000 {
		t.Fatalf("%d tags: %v", len(tags), err)
	}
	for i, v := range values {
		if !v.Quality().IsGood() {
			t.Errorf("%s is %s", tags[i], v.Quality())
		}
	}
}

func TestABrowseOfMoreTagsThanAreRememberedIsRefused(t *testing.T) {
	c := plant(t)
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Huge", Type: cip.AtomicType(cip.SINT, 1), Dimensions: [3]uint32{protocols.MaxBrowsed + 1}}})
	b := kit.Dial(t, kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a")).(protocols.Browser)
	found := 0
	err := b.Browse(t.Context(), "Huge", func(protocols.Item) { found++ })
	if _, refused := errors.AsType[*protocols.Refusal](err); !refused || found > protocols.MaxBrowsed {
		t.Errorf("%d found, %v", found, err)
	}
}
