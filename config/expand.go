package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// expansion writes out the devices that use templates, before anything is decoded: what comes of it is checked as if it
// had been written by hand, and an error in it names the place in the template and that of the use.
type expansion struct {
	templates map[string]*Template
	names     []string
	errs      Errors
	nodes     int // written so far
}

// newExpansion collects the templates of all sources.
func newExpansion(all []Template) *expansion {
	x := &expansion{templates: map[string]*Template{}}
	for i := range all {
		t := &all[i]
		first, twice := x.templates[t.Name]
		switch {
		case t.Name == "" || t.Device.Node == nil: // reported already
		case twice:
			x.errs = append(x.errs, t.Origin.Error("name", &Problem{
				What: fmt.Sprintf("template %q is declared twice, first at %s", t.Name, first.Origin), Fix: "give one of them another name",
			}))
		default:
			x.templates[t.Name] = t
			x.names = append(x.names, t.Name)
		}
	}
	return x
}

// document returns a document whose devices are written out, each as it is read: then is a use that is wrong reported,
// and not read.
func (x *expansion) document(doc *document.Document) *document.Document {
	devices, ok := doc.Root.Entry("devices")
	if !ok {
		return doc
	}
	root := *doc.Root
	root.Entries = slices.Clone(doc.Root.Entries)
	written := 0
	for at := range root.Entries {
		if e := &root.Entries[at]; e.Key == "devices" {
			e.Value = devices.Value.Each(func(i int, item *document.Node) *document.Node {
				before := x.nodes
				device := x.device(doc.File, fmt.Sprintf("devices[%d]", i), item)
				if i < written {
					x.nodes = before // it is written once more, for an error in it
				}
				written = max(written, i+1)
				return device
			})
		}
	}
	return &document.Document{File: doc.File, Root: &root}
}

// device writes a device out, and returns a broken one where that cannot be done.
func (x *expansion) device(file, path string, item *document.Node) *document.Node {
	use, uses := item.Entry("template")
	with, given := item.Entry("with")
	before := len(x.errs)
	report := func(at document.Place, err error) { x.errs = append(x.errs, document.At(file, at, path, err)) }
	if !uses {
		if given {
			report(with.Place, &Problem{What: "with is for devices that use a template", Fix: "add template, or remove with"})
		}
		return item
	}
	t, known := x.templates[use.Value.Text]
	if !known {
		report(use.Value.Place, &Problem{What: fmt.Sprintf("no template is called %q", use.Value.Text), Fix: DidYouMean(use.Value.Text, x.names)})
		return &document.Node{Kind: document.Mapping, Place: item.Place, Broken: true}
	}
	if !given {
		with.Value = &document.Node{Kind: document.Mapping, Place: item.Place}
	}
	w := &writing{expansion: x, values: t.arguments(with.Value, report), use: &document.Use{
		File: t.Origin.File(), Of: fmt.Sprintf("template %q", t.Name), At: file + ":" + item.Place.String(),
	}}
	device := w.merge(item, t.Device.Node, report)
	device.Broken = len(x.errs) > before
	return device
}

// writing is one use of a template.
type writing struct {
	*expansion
	values map[string]*document.Node
	use    *document.Use
}

// merge puts the keys of a device and those of its template into one mapping. No key may be in both: what differs is a
// parameter.
func (w *writing) merge(item, template *document.Node, report func(document.Place, error)) *document.Node {
	device := &document.Node{Kind: document.Mapping, Place: item.Place}
	for _, e := range item.Entries {
		if e.Key != "template" && e.Key != "with" {
			device.Entries = append(device.Entries, e)
		}
	}
	for _, e := range template.Entries {
		if own, twice := item.Entry(e.Key); twice {
			report(own.Place, &Problem{
				What: fmt.Sprintf("%s at %s:%s gives %q already", w.use.Of, w.use.File, e.Place, e.Key), Fix: "remove the key, or make it a parameter of the template",
			})
			continue
		}
		device.Entries = append(device.Entries, document.Entry{Key: e.Key, Place: w.place(e.Place), Value: w.copy(e.Value)})
	}
	return device
}

func (w *writing) place(p document.Place) document.Place {
	p.Use = w.use
	return p
}

// copy writes a part of the template, with the parameters in place.
func (w *writing) copy(n *document.Node) *document.Node {
	if w.nodes++; w.nodes == document.MaxNodes {
		w.errs = append(w.errs, document.At(w.use.File, w.place(n.Place), "", &Problem{
			What: fmt.Sprintf("the templates make more than %d values", document.MaxNodes), Fix: "use fewer of them",
		}))
	}
	if w.nodes >= document.MaxNodes {
		return n
	}
	c := &document.Node{Kind: n.Kind, Text: n.Text, Place: w.place(n.Place)}
	if n.Kind == document.Text {
		w.fillIn(c)
	}
	if n.Kind == document.List {
		items := make([]*document.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = w.copy(item)
		}
		c = document.ListOf(c.Place, items...)
	}
	for _, e := range n.Entries {
		c.Entries = append(c.Entries, document.Entry{Key: e.Key, Place: w.place(e.Place), Value: w.copy(e.Value)})
	}
	return c
}

// fillIn puts the parameters into a text. One that is a parameter alone becomes what that is.
func (w *writing) fillIn(n *document.Node) {
	var text strings.Builder
	for rest := n.Text; ; {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			text.WriteString(rest)
			break
		}
		if literal, escaped := strings.CutSuffix(before, "$"); escaped {
			text.WriteString(literal + "${")
			rest = after
			continue
		}
		name, behind, closed := strings.Cut(after, "}")
		value, known := w.values[name]
		if !closed || !known {
			w.errs = append(w.errs, document.At(w.use.File, n.Place, "", w.unknown(name, closed)))
			return
		}
		if value == nil {
			return // its value is wrong, and reported
		}
		if before == "" && behind == "" && len(rest) == len(n.Text) {
			n.Kind, n.Text = value.Kind, value.Text
			return
		}
		text.WriteString(before + value.Text)
		rest = behind
	}
	n.Text = text.String()
}

// unknown is the error of a parameter that there is not.
func (w *writing) unknown(name string, closed bool) error {
	if !closed {
		return &Problem{What: "${ is not closed", Fix: "write ${parameter}, or $${ for the characters themselves"}
	}
	return &Problem{What: fmt.Sprintf("the template has no parameter %q", name), Fix: DidYouMean(name, slices.Sorted(maps.Keys(w.values)))}
}
