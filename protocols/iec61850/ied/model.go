package ied

import (
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// node is a part of the model: a structure of others, or an attribute.
type node struct {
	name  string
	inner []*node
	typ   mms.Type // of an attribute
	value mms.Data // of an attribute
}

func (n *node) child(name string) *node {
	for _, c := range n.inner {
		if c.name == name {
			return c
		}
	}
	return nil
}

// at returns what is at a name with dollars.
func (n *node) at(item string) *node {
	for part := range strings.SplitSeq(item, "$") {
		if n = n.child(part); n == nil {
			return nil
		}
	}
	return n
}

// typeOf returns the type of a part.
func (n *node) typeOf() mms.Type {
	if len(n.inner) == 0 {
		return n.typ
	}
	t := mms.Type{Kind: mms.Structure}
	for _, c := range n.inner {
		t.Components = append(t.Components, mms.Component{Name: c.name, Type: c.typeOf()})
	}
	return t
}

// read returns the value of a part.
func (n *node) read() mms.Data {
	if len(n.inner) == 0 {
		return n.value
	}
	d := mms.Data{Kind: mms.Structure}
	for _, c := range n.inner {
		d.Items = append(d.Items, c.read())
	}
	return d
}

// names appends the names of a part and of what is in it.
func (n *node) names(dst []string, prefix string) []string {
	for _, c := range n.inner {
		dst = append(dst, prefix+c.name)
		dst = c.names(dst, prefix+c.name+"$")
	}
	return dst
}

// Define defines an attribute of a logical device, and what it lies in, or changes it.
func (d *IED) Define(device, item string, t mms.Type, v mms.Data) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.define(device, item, t, v)
}

func (d *IED) define(device, item string, t mms.Type, v mms.Data) {
	n := d.root.child(device)
	if n == nil {
		n = &node{name: device}
		d.root.inner = append(d.root.inner, n)
	}
	for part := range strings.SplitSeq(item, "$") {
		next := n.child(part)
		if next == nil {
			next = &node{name: part}
			n.inner = append(n.inner, next)
		}
		n = next
	}
	n.typ, n.value = t, v
}

// Bool returns the type BOOLEAN.
func Bool() mms.Type { return mms.Type{Kind: mms.Boolean} }

// Int32 returns the type INT32.
func Int32() mms.Type { return mms.Type{Kind: mms.Integer, Size: 32} }

// Enum returns the type of an enumeration.
func Enum() mms.Type { return mms.Type{Kind: mms.Integer, Size: 8} }

// Float32 returns the type FLOAT32.
func Float32() mms.Type { return mms.Type{Kind: mms.Float, Size: 32} }

// Dbpos returns the type of a double point.
func Dbpos() mms.Type { return mms.Type{Kind: mms.BitString, Size: 2} }

// Text returns the type VisString255.
func Text() mms.Type { return mms.Type{Kind: mms.Visible, Size: -255} }

// Good is a quality without a flaw.
func Good() mms.Data { return mms.BitsOf(13) }

// Object defines an attribute with quality and time beside it: LN$FC$DO, and what is in that.
func (d *IED) Object(device, object, attribute string, t mms.Type, v mms.Data) {
	d.Define(device, object+"$"+attribute, t, v)
	d.Define(device, object+"$q", mms.Type{Kind: mms.BitString, Size: -13}, Good())
	d.Define(device, object+"$t", mms.Type{Kind: mms.UTCTime}, mms.UTCOf(time.Now(), 10))
}

// Control defines a control of a data object, under CO and CF; what it is told to be is then the value of status, under ST or MX.
func (d *IED) Control(device, node, object string, model int64, ctlVal mms.Type, status string) {
	fields := []mms.Component{
		{Name: "ctlVal", Type: ctlVal},
		{Name: "origin", Type: mms.StructType(
			mms.Component{Name: "orCat", Type: Enum()}, mms.Component{Name: "orIdent", Type: mms.Type{Kind: mms.Octets, Size: -64}})},
		{Name: "ctlNum", Type: mms.Type{Kind: mms.Unsigned, Size: 8}},
		{Name: "T", Type: mms.Type{Kind: mms.UTCTime}},
		{Name: "Test", Type: Bool()},
		{Name: "Check", Type: mms.Type{Kind: mms.BitString, Size: -2}},
	}
	co := node + "$CO$" + object
	d.Define(device, co+"$SBO", Text(), mms.VisibleOf(""))
	d.Define(device, co+"$SBOw", mms.StructType(fields...), mms.Data{})
	d.Define(device, co+"$Oper", mms.StructType(fields...), mms.Data{})
	d.Define(device, node+"$CF$"+object+"$ctlModel", Enum(), mms.IntOf(model))
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.controls[mms.Name{Domain: device, Item: co}] = &control{model: model, status: mms.Name{Domain: device, Item: status}}
}

// List defines a data set: LN$name.
func (d *IED) List(device, item string, members ...mms.Name) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.lists[mms.Name{Domain: device, Item: item}] = members
}

// Set changes an attribute, and its time where it has one beside it.
func (d *IED) Set(device, item string, v mms.Data) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.set(mms.Name{Domain: device, Item: item}, v)
	d.changed(mms.Name{Domain: device, Item: item})
	d.flush()
}

func (d *IED) set(name mms.Name, v mms.Data) {
	n := d.at(name)
	if n == nil || len(n.inner) > 0 {
		return
	}
	n.value = v
	parts := strings.Split(name.Item, "$")
	for i := len(parts) - 1; i > 2; i-- {
		if t := d.at(mms.Name{Domain: name.Domain, Item: strings.Join(parts[:i], "$") + "$t"}); t != nil && parts[len(parts)-1] != "t" {
			t.value = mms.UTCOf(time.Now(), 10)
			return
		}
	}
}

func (d *IED) at(name mms.Name) *node {
	device := d.root.child(name.Domain)
	if device == nil {
		return nil
	}
	return device.at(name.Item)
}

// Value returns what an attribute is.
func (d *IED) Value(device, item string) mms.Data {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if n := d.at(mms.Name{Domain: device, Item: item}); n != nil {
		return n.read()
	}
	return mms.FailureOf(mms.NonExistent)
}
