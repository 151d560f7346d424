package iec61850

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// Browse is described at protocols.Browser: logical devices, their logical nodes, the data objects of one under each functional
// constraint, and the attributes of one of those, with what they hold.
func (s *session) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	if address == "" {
		devices, err := s.names(ctx, "list the logical devices", mms.Domains, "")
		for _, name := range devices {
			found(protocols.Item{Address: name, Name: name, Folder: true})
		}
		return err
	}
	a, err := parseAddress(address)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("browse %.80q: %w: want LD, LD/LN, or LD/LN.DO [FC]", address, err)}
	}
	switch {
	case a.Node == "":
		return s.browseDevice(ctx, a, found)
	case a.Path == "":
		return s.browseNode(ctx, a, found)
	case a.Constraint == "":
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("browse %s: name the functional constraint, too: %s [ST]", a, a)}
	default:
		return s.browseObject(ctx, a, found)
	}
}

// names asks for names, as often as there are more.
func (s *session) names(ctx context.Context, doing string, class mms.Class, domain string) (all []string, err error) {
	after := ""
	for {
		body, err := s.ask(ctx, doing, mms.NamesRequest(class, domain, after))
		if err != nil {
			return nil, err
		}
		names, more, err := mms.ParseNames(body)
		if err != nil {
			return nil, s.judge(doing, err)
		}
		all = append(all, names...)
		switch {
		case len(all) > protocols.MaxBrowsed:
			return nil, protocols.TooMany(doing)
		case !more || len(names) == 0 || names[len(names)-1] == after:
			return all, nil
		}
		after = names[len(names)-1]
	}
}

// browseDevice tells the logical nodes of a logical device.
func (s *session) browseDevice(ctx context.Context, a Address, found func(protocols.Item)) error {
	names, err := s.names(ctx, "list "+a.Device, mms.Variables, a.Device)
	if err != nil {
		return err
	}
	last := ""
	for _, n := range names {
		if node, _, _ := strings.Cut(n, "$"); node != last {
			last = node
			found(protocols.Item{Address: a.Device + "/" + node, Name: node, Folder: true})
		}
	}
	return nil
}

// browseNode tells the data objects of a logical node, under each functional constraint. A control is no object of its own: its
// status is what is written.
func (s *session) browseNode(ctx context.Context, a Address, found func(protocols.Item)) error {
	names, err := s.names(ctx, "list "+a.String(), mms.Variables, a.Device)
	if err != nil {
		return err
	}
	known, some := map[string]bool{}, false
	for _, n := range names {
		parts := strings.Split(n, "$")
		if some = some || parts[0] == a.Node; parts[0] != a.Node || len(parts) < 3 || parts[1] == "CO" || !slices.Contains(constraints(), parts[1]) {
			continue
		}
		object := Address{Device: a.Device, Node: a.Node, Path: parts[2], Constraint: parts[1]}.String()
		if !known[object] {
			known[object] = true
			found(protocols.Item{Address: object, Name: parts[2] + " [" + parts[1] + "]", Folder: true})
		}
	}
	if !some {
		return &protocols.Refusal{Quality: tag.BadAddressUnknown, Err: fmt.Errorf("browse %s: the device has no such logical node", a)}
	}
	return nil
}

// browseObject tells the attributes of a data object under a functional constraint.
func (s *session) browseObject(ctx context.Context, a Address, found func(protocols.Item)) error {
	name, doing := a.object("", a.Constraint), "browse "+a.String()
	body, err := s.ask(ctx, doing, mms.TypeRequest(name))
	if err != nil {
		return err
	}
	t, err := mms.ParseTypeResponse(body)
	if err != nil {
		return s.judge(doing, err)
	}
	held := mms.Data{}
	body, err = s.ask(ctx, doing, mms.ReadRequest(name))
	if refusal, refused := errors.AsType[*protocols.Refusal](err); err != nil && !refused {
		return err
	} else if refused {
		held = mms.FailureOf(mms.TemporarilyUnavailable)
		s.logger.Info("a data object is not read", "object", a.String(), "error", refusal)
	} else if values, err := mms.ParseRead(body, 1); err == nil {
		held = values[0]
	}
	w := walker{constraint: a.Constraint, found: found, left: protocols.MaxBrowsed}
	if isControlled(a.Constraint) {
		_, err := s.ask(ctx, doing, mms.TypeRequest(a.object("", "CO")))
		w.controlled = err == nil
	}
	object, _, _ := strings.Cut(a.Path, ".")
	if w.walk(Address{Device: a.Device, Node: a.Node, Path: object, Constraint: a.Constraint}, &t, held); w.left < 0 {
		return protocols.TooMany(doing)
	}
	return nil
}

// walker tells what is in a type.
type walker struct {
	constraint string
	controlled bool // the data object has a control
	found      func(protocols.Item)
	left       int
}

func (w *walker) walk(a Address, t *mms.Type, held mms.Data) {
	if w.left < 0 {
		return
	}
	item := func(i int) mms.Data {
		d, _ := dig(held, []int{i})
		return d
	}
	switch t.Kind {
	case mms.Structure:
		for i := range t.Components {
			inner := a
			inner.Path += "." + t.Components[i].Name
			w.walk(inner, &t.Components[i].Type, item(i))
		}
	case mms.Array:
		for i := range min(t.Size, w.left+1) {
			inner := a
			inner.Path += fmt.Sprintf("(%d)", i)
			w.walk(inner, &t.Components[0].Type, item(i))
		}
	default:
		w.tell(a, t, held)
	}
}

// tell tells an attribute.
func (w *walker) tell(a Address, t *mms.Type, held mms.Data) {
	if w.left--; w.left < 0 {
		return
	}
	i := protocols.Item{Address: a.String(), Name: a.Path, Type: typeName(t)}
	if held.Kind == t.Kind {
		i.Value = valueOf(held)
	}
	i.Writable = i.Type != "" && !strings.Contains(a.Path, "(") && (isSetting(w.constraint) || w.controlled && a.controls())
	w.found(i)
}
