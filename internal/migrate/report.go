package migrate

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Kind is what became of a part of the source.
type Kind string

// The kinds of an Item.
const (
	Taken   Kind = "taken"    // does here what it did there
	Changed Kind = "changed"  // is written differently, or does the same in another way
	Hand    Kind = "hand"     // is taken, and a person has to see to something
	LeftOut Kind = "left_out" // has no equivalent, or cannot be read
	Moot    Kind = "moot"     // is not needed here: what it was for is done in another way
)

// Item is what became of one part of the source. It never holds a secret.
type Item struct {
	Kind   Kind   `json:"kind"`
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // from 1; 0 where there is none. In a sheet, the row.
	Column int    `json:"column,omitempty"`
	Of     string `json:"of"`            // rule hot, tag boiler.temperature
	Key    string `json:"key,omitempty"` // as the source calls it: actions[0].mqtt.topic
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// String is the item as a line of the report.
func (i Item) String() string {
	text := i.File
	if i.Line > 0 {
		text += fmt.Sprintf(":%d", i.Line)
	}
	if i.Column > 0 {
		text += fmt.Sprintf(":%d", i.Column)
	}
	text += ": " + i.Of
	if i.Key != "" {
		text += ": " + i.Key
	}
	if i.Old != "" || i.New != "" {
		text += fmt.Sprintf(": %s -> %s", i.Old, i.New)
	}
	if i.Reason != "" {
		text += ": " + i.Reason
	}
	return text
}

// Report is what became of every part of the source, in the order in which it was found out. The zero Report is empty
// and ready.
type Report struct{ Items []Item }

// Add notes an item.
func (r *Report) Add(i Item) { r.Items = append(r.Items, i) }

// Count tells how many items are of a kind.
func (r *Report) Count(k Kind) (n int) {
	for _, i := range r.Items {
		if i.Kind == k {
			n++
		}
	}
	return n
}

// IsComplete tells whether all of the source was taken and nobody has to do anything.
func (r *Report) IsComplete() bool { return r.Count(LeftOut) == 0 && r.Count(Hand) == 0 }

// Origin is the part of the source that something was made of.
type Origin struct {
	File         string
	Line, Column int    // from 1; 0 where there is none
	Of           string // rule hot
	Key          string // within it; may be empty
}

// At is the origin at another place of the same file.
func (o Origin) At(p document.Place) Origin {
	o.Line, o.Column = p.Line, p.Column
	return o
}

// Named is the origin as a thing of its own, whose keys are told from it on.
func (o Origin) Named(of string) Origin {
	o.Of, o.Key = of, ""
	return o
}

// Under is the origin of a key within it.
func (o Origin) Under(key string) Origin {
	if o.Key != "" && key != "" && key[0] != '[' {
		key = "." + key
	}
	o.Key += key
	return o
}

// Item makes an item of the origin.
func (o Origin) Item(k Kind, reason string) Item {
	return Item{Kind: k, File: o.File, Line: o.Line, Column: o.Column, Of: o.Of, Key: o.Key, Reason: reason}
}

// Taken notes that a part was taken.
func (r *Report) Taken(o Origin) { r.Add(o.Item(Taken, "")) }

// Changed notes that a part was taken as something else.
func (r *Report) Changed(o Origin, was, is, reason string) {
	i := o.Item(Changed, reason)
	i.Old, i.New = was, is
	r.Add(i)
}

// Hand notes what a person has to see to.
func (r *Report) Hand(o Origin, reason string) { r.Add(o.Item(Hand, reason)) }

// Moot notes that a part is not needed here.
func (r *Report) Moot(o Origin, reason string) { r.Add(o.Item(Moot, reason)) }

// LeftOut notes that a part was not taken.
func (r *Report) LeftOut(o Origin, reason string) { r.Add(o.Item(LeftOut, reason)) }
