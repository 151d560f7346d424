package enip_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

// The controller of the tests is held against a client that nobody here wrote, so that a mistake that driver and controller
// have in common shows.
func TestTheControllerOfTheTestsIsOneToStEthernetIP(t *testing.T) {
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	script, err := filepath.Abs("../../test/peers/enip_client.js")
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if _, gone := os.Stat(filepath.Join(filepath.Dir(script), "node_modules", "st-ethernet-ip")); err != nil || gone != nil {
		t.Skip("st-ethernet-ip is not installed: run make deps")
	}
	for _, how := range []string{"connected", "unconnected"} {
		t.Run(how, func(t *testing.T) {
			c := plant(t)
			c.Set("a_dint", cip.DINT, tag.IntOf(-7))
			c.Set("a_int", cip.INT, tag.IntOf(12))
			c.Set("a_real", cip.REAL, tag.FloatOf(21.5))
			c.Set("a_bool", cip.BOOL, tag.BoolOf(true))
			c.Octets("Counts", 1, 0, 0, 0, 2, 0, 0, 0, 3)
			c.Octets("Grid", 0, 0, 1, 0, 2, 0, 3, 0, 10, 0, 11, 0, 12, 0)
			c.Octets("Motor", append([]byte{2, 0, 0, 0, 0, 0, 0xC8, 0x42}, make([]byte, 28)...)...)
			c.Set("Program:Main.Counter", cip.DINT, tag.IntOf(77))
			_, port, _ := strings.Cut(c.Address(), ":")
			command := exec.CommandContext(t.Context(), node, script, port, how)
			command.Stderr = t.Output()
			out, err := command.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var told struct {
				Name     string
				Serial   uint32
				Version  string
				Tags     []string
				Values   map[string]any
				Together []any
				Motor    map[string]any
				Missing  string
			}
			if err := json.Unmarshal(out, &told); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for _, want := range []string{"Motor", "Motors", "Flags", "a_dint", "Program:Main.Counter"} {
				if !slices.Contains(told.Tags, want) {
					t.Errorf("no %s among %v", want, told.Tags)
				}
			}
			got, _ := json.Marshal([]any{
				told.Name, told.Serial, told.Version, told.Values["a_dint"], told.Values["a_real"], told.Values["a_bool"], told.Values["Counts[2]"], told.Values["Grid[1,2]"],
				told.Together, told.Motor["Running"], told.Motor["Tripped"], told.Motor["Speed"],
			})
			if want := `["1756-L83E/B",12648430,"33.11",-7,21.5,true,3,12,[12,77],false,true,100]`; string(got) != want {
				t.Errorf("it saw %s, want %s", got, want)
			}
			if v := c.Value("a_dint", cip.DINT); !v.Equal(tag.IntOf(4242)) {
				t.Errorf("it wrote %s", tag.AppendJSON(nil, v))
			}
			if told.Missing == "read" {
				t.Error("it read a tag that is not there")
			}
		})
	}
}
