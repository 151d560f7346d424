package migrate

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Names gives every name once. The zero Names is ready.
type Names struct {
	taken map[string]bool
	next  map[string]int // by name, the first number that it may not have been given with
}

// Take notes a name that others have.
func (n *Names) Take(name string) {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	n.taken[name] = true
}

// Has tells whether a name is given.
func (n *Names) Has(name string) bool { return n.taken[name] }

// Give returns the name that is nearest to the wanted one, and is one here: letters, digits, _ and -, beginning with a
// letter, 64 at most, and not given before.
func (n *Names) Give(wanted string) string {
	plain := Name(wanted)
	name, i := plain, max(n.next[plain], 2)
	for ; n.taken[name]; i++ {
		suffix := fmt.Sprintf("_%d", i)
		name = cut(plain, maxName-len(suffix)) + suffix
	}
	n.Take(name)
	if i > 2 {
		if n.next == nil {
			n.next = map[string]int{}
		}
		n.next[plain] = i
	}
	return name
}

const maxName = 64

// Name turns a text into a name, which may be the same for several texts.
func Name(wanted string) string {
	if spec.Match("name", wanted) == nil {
		return wanted
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		default:
			return '_'
		}
	}, strings.TrimSpace(wanted))
	name = cut(name, maxName)
	if spec.Match("name", name) == nil {
		return name
	}
	if name = strings.Trim(name, "_-"); name == "" {
		return "unnamed"
	}
	return Name("n_" + name)
}

func cut(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}

// EnvironmentName is the environment variable that a secret of a resource is asked for in.
func EnvironmentName(parts ...string) string {
	return strings.ToUpper(strings.ReplaceAll(Name(strings.Join(parts, "_")), "-", "_"))
}
