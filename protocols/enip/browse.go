package enip

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

var _ protocols.Browser = (*session)(nil)

// browsing is how long the controller may take with an answer to a browser.
const browsing = 5 * time.Second

// catalog is what the controller has told of its tags. It is the browser's, which asks one thing at a time.
type catalog struct {
	symbols   map[string][]cip.Symbol // by scope, in lower case
	templates map[uint16]cip.Template
	kept      int  // symbols
	open      bool // the controller does not tell External Access
}

// Browse is described at protocols.Browser. The root is the controller's tags and its programs; below a program its tags, below
// an array its elements, below a structure its members. A browse of the root asks the controller anew; what lies below is
// remembered.
func (s *session) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	b := &browser{session: s, ctx: ctx, doing: "browse " + s.host(), found: found}
	if address == "" || s.catalog == nil {
		s.catalog = &catalog{symbols: map[string][]cip.Symbol{}, templates: map[uint16]cip.Template{}}
	}
	if address == "" {
		return b.root()
	}
	if b.doing = "browse " + address; isProgram(address) && !strings.Contains(address, ".") {
		return b.scope(address, address+".")
	}
	var a Address
	if err := a.UnmarshalText([]byte(address)); err != nil || a.bit != noBit {
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("%s: %s", b.doing, addressForms)}
	}
	return b.below(a)
}

// host returns what the device says that it is.
func (s *session) host() string {
	if s.identity.Name == "" {
		return "the controller"
	}
	return s.identity.String()
}

// browser is one browse.
type browser struct {
	session *session
	ctx     context.Context //nolint:containedctx // it lives as long as the call
	doing   string
	found   func(protocols.Item)
	told    int
}

// tell tells an item, unless there were too many.
func (b *browser) tell(i protocols.Item) error {
	if b.told++; b.told > protocols.MaxBrowsed {
		return protocols.TooMany(b.doing)
	}
	b.found(i)
	return nil
}

// root tells the programs and the tags of the controller.
func (b *browser) root() error {
	symbols, err := b.symbols("")
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if isProgram(s.Name) {
			if err := b.tell(protocols.Item{Address: s.Name, Name: s.Name, Folder: true}); err != nil {
				return err
			}
		}
	}
	return b.scope("", "")
}

// scope tells the tags of a program, or of the controller.
func (b *browser) scope(program, prefix string) error {
	symbols, err := b.symbols(program)
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if isKept(s) {
			continue
		}
		n := node{address: prefix + s.Name, name: s.Name, kind: s.Type, dimensions: s.Dimensions[:s.Type.Dimensions()], access: s.Access}
		if err := b.item(n); err != nil {
			return err
		}
	}
	return nil
}

// isKept reports whether a symbol is of the controller's own, and no tag.
func isKept(s cip.Symbol) bool {
	if s.Type.IsSystem() || strings.HasPrefix(s.Name, "__") || s.Access == cip.None {
		return true
	}
	for _, kind := range [...]string{program, "Map:", "Task:", "Cxn:", "Routine:", "UDI:"} {
		if strings.HasPrefix(s.Name, kind) {
			return true
		}
	}
	return false
}

// node is a tag, an element or a member.
type node struct {
	address, name string
	kind          cip.SymbolType
	dimensions    []uint32 // of an array whose element is not named yet
	access        cip.Access
}

// item tells a node: a structure or an array is a folder.
func (b *browser) item(n node) error {
	i := protocols.Item{Address: n.address, Name: n.name, Writable: n.access == cip.ReadWrite}
	instance, structure := n.kind.Template()
	switch {
	case len(n.dimensions) > 0:
		i.Folder, i.Writable = true, false
	case structure:
		t, err := b.template(instance)
		if err != nil {
			return err
		}
		if i.Type = "string"; !t.IsString() {
			i.Type, i.Folder, i.Writable = "", true, false
		}
	case n.kind.Atomic().Size() == 0 && n.kind.Atomic() != cip.STRING:
		return nil // of a type that cannot be read
	default:
		i.Type = n.kind.Atomic().String()
	}
	return b.tell(i)
}

// below tells what an array or a structure is made of.
func (b *browser) below(a Address) error {
	n, err := b.resolve(a)
	if err != nil {
		return err
	}
	if len(n.dimensions) > 0 {
		return b.elements(n)
	}
	instance, structure := n.kind.Template()
	if !structure {
		return nil
	}
	t, err := b.template(instance)
	if err != nil || t.IsString() {
		return err
	}
	for _, m := range t.Members {
		if m.IsHidden() {
			continue
		}
		if err := b.item(member(n, m)); err != nil {
			return err
		}
	}
	return nil
}

func member(of node, m cip.Member) node {
	n := node{address: of.address + "." + m.Name, name: m.Name, kind: m.Type, access: of.access}
	if m.IsArray() {
		n.dimensions = []uint32{uint32(m.Length)}
	}
	return n
}

// elements tells those of an array; of BOOL, which are kept 32 at a time, all of them.
func (b *browser) elements(n node) error {
	if n.kind.Atomic() == cip.DWORD && !n.isStructure() && !b.session.micro {
		n.kind, n.dimensions = cip.AtomicType(cip.BOOL, 1), []uint32{n.dimensions[0] * perWord}
	}
	index := make([]uint32, len(n.dimensions))
	for {
		one := n
		one.dimensions = nil
		one.address = n.address + strings.ReplaceAll(fmt.Sprint(index), " ", ",")
		one.name = n.name + strings.ReplaceAll(fmt.Sprint(index), " ", ",")
		if err := b.item(one); err != nil {
			return err
		}
		at := len(index) - 1
		for ; at >= 0; at-- {
			if index[at]++; index[at] < n.dimensions[at] {
				break
			}
			index[at] = 0
		}
		if at < 0 {
			return nil
		}
	}
}

func (n node) isStructure() bool { _, ok := n.kind.Template(); return ok }

// resolve follows an address to what it names.
func (b *browser) resolve(a Address) (node, error) {
	program, path := "", a.path
	if isProgram(path[0].name) {
		program, path = path[0].name, path[1:]
	}
	symbols, err := b.symbols(program)
	if err != nil {
		return node{}, err
	}
	for _, s := range symbols {
		if !strings.EqualFold(s.Name, path[0].name) || isKept(s) {
			continue
		}
		n := node{address: a.text, name: s.Name, kind: s.Type, dimensions: s.Dimensions[:s.Type.Dimensions()], access: s.Access}
		return b.follow(n, path)
	}
	return node{}, b.unknown()
}

// follow goes from a tag down to what the rest of the address names.
func (b *browser) follow(n node, path []part) (node, error) {
	for i, p := range path {
		if len(p.index) > 0 && len(p.index) != len(n.dimensions) {
			return n, b.unknown()
		}
		if len(p.index) > 0 {
			n.name, n.dimensions = fmt.Sprintf("%s[%s]", n.name, strings.Trim(fmt.Sprint(p.index), "[]")), nil
		}
		if i+1 == len(path) {
			return n, nil
		}
		instance, structure := n.kind.Template()
		if !structure || len(n.dimensions) > 0 {
			return n, b.unknown()
		}
		t, err := b.template(instance)
		if err != nil {
			return n, err
		}
		below, ok := memberNamed(n, t, path[i+1].name)
		if !ok {
			return n, b.unknown()
		}
		below.address = n.address
		n = below
	}
	return n, nil
}

func memberNamed(of node, t cip.Template, name string) (node, bool) {
	for _, m := range t.Members {
		if strings.EqualFold(m.Name, name) {
			return member(of, m), true
		}
	}
	return node{}, false
}

func (b *browser) unknown() error {
	return &protocols.Refusal{Quality: tag.BadAddressUnknown, Err: fmt.Errorf("%s: the controller has no such tag, member or element", b.doing)}
}
