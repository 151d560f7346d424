package ekuiper

import (
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// layers is properties that stand in several places: those of an action before those of its resource, and these before
// those of the connection that it names.
type layers []*migrate.Object

// find is the first layer that has a key; nil where none has.
func (l layers) find(key string) *migrate.Object {
	var found *migrate.Object
	for _, o := range l {
		if found == nil && o.Has(key) {
			found = o
		} else {
			o.Ask(key) // one before it holds
		}
	}
	return found
}

// Has tells whether any layer has a key.
func (l layers) Has(key string) bool {
	for _, o := range l {
		if o.Has(key) {
			return true
		}
	}
	return false
}

// place is where the first of several keys is written.
func (l layers) place(keys ...string) migrate.Origin {
	for _, key := range keys {
		for _, o := range l {
			if o.Has(key) {
				return o.Place(key)
			}
		}
	}
	if len(l) == 0 {
		return migrate.Origin{}
	}
	return l[0].Origin
}

// Text is the first text of several keys, which mean the same.
func (l layers) Text(keys ...string) (text string) {
	for _, key := range keys {
		if o := l.find(key); o != nil {
			if t := o.Text(key); text == "" {
				text = t
			}
		}
	}
	return text
}

// Texts is a list of texts.
func (l layers) Texts(key string) []string {
	if o := l.find(key); o != nil {
		return o.Texts(key)
	}
	return nil
}

// Int is a whole number.
func (l layers) Int(key string, otherwise int) int {
	if o := l.find(key); o != nil {
		return o.Int(key, otherwise)
	}
	return otherwise
}

// Flag is true or false.
func (l layers) Flag(key string, otherwise bool) bool {
	if o := l.find(key); o != nil {
		return o.Flag(key, otherwise)
	}
	return otherwise
}

// Object is a mapping.
func (l layers) Object(key string) *migrate.Object {
	if o := l.find(key); o != nil {
		return o.Object(key)
	}
	return nil
}

func (l layers) rest(why migrate.Why) {
	for _, o := range l {
		o.Rest(why)
	}
}

// connected adds the connection that the layers name: mqtt.local, or its id alone.
func (m *migration) connected(l layers) layers {
	selector := l.Text("connectionSelector")
	if selector == "" {
		return l
	}
	at := l.place("connectionSelector")
	kind, name, ok := strings.Cut(selector, ".")
	if c := m.export.connections[strings.ToLower(kind)][name]; ok && c != nil {
		return append(layers{c}, l...) // it is instead of what the others say of the connection
	}
	for _, byName := range m.export.connections {
		if c := byName[selector]; c != nil {
			return append(layers{c}, l...)
		}
	}
	m.report.Hand(at, "the export has no connection "+selector+": write where it leads")
	return l
}

// connectionReason tells why a property of a connection is not taken.
func connectionReason(key string) (reason string, moot bool) {
	switch strings.ToLower(key) {
	case "sourcetype":
		return "its statement says whether it is a stream or a table", true
	case "bufferlength", "sendinterval", "interval":
		return "how much waits is told by the stream's overflow", true
	case "kubeedgeversion", "kubeedgemodelfile":
		return "messages of KubeEdge have no equivalent", false
	case "certificationraw", "privatekeyraw", "rootcaraw":
		return "write the certificate into a file, and name it under tls", false
	case "tlsminversion":
		return "TLS is 1.2 or later", true
	case "renegotiationsupport":
		return "the server does not renegotiate", true
	}
	return "", false
}
