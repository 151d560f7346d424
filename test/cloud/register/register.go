// Package register is what commands to sites are judged by: each site is a register, a command swaps its value, and a
// history of such commands that somebody recorded is linearizable or it is not.
package register

import (
	"encoding/json"

	"github.com/anishathalye/porcupine"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
)

// Swap is a command as the register of a site sees it: it puts a value in and takes the one before out.
type Swap struct {
	Site  string
	Value string
}

// Swapped is what came of it.
type Swapped struct {
	Before  string
	Unknown bool // nobody can tell
}

// Forever is when an operation returned of which nobody heard again.
const Forever = 1 << 62

// Model is a register per site, on which commands are atomic and take effect once.
func Model() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			bySite := map[string][]porcupine.Operation{}
			for _, o := range history {
				site := o.Input.(Swap).Site
				bySite[site] = append(bySite[site], o)
			}
			var all [][]porcupine.Operation
			for _, h := range bySite {
				all = append(all, h)
			}
			return all
		},
		Init: func() any { return "" },
		Step: func(state, input, output any) (bool, any) {
			in, out := input.(Swap), output.(Swapped)
			return out.Unknown || out.Before == state.(string), in.Value
		},
		Equal: func(a, b any) bool { return a == b },
	}
}

// Make has a site swap its value with each command: the key goes in, and the outcome's data is what was there before.
func Make(s *light.Site) {
	value := ""
	s.Act = func(c *wire.Command) ([]byte, error) {
		before := value
		value = c.GetKey()
		return json.Marshal(before)
	}
}

// Linearizable tells whether a history is.
func Linearizable(history []porcupine.Operation) bool {
	return porcupine.CheckOperations(Model(), history)
}
