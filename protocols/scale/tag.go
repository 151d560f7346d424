package scale

import (
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
)

// OfTag returns the scaling of a tag whose options say o, which may be nil. What is written must be invertible.
func OfTag(t *config.Tag, o *Options) (Scaling, *protocols.Flaw) {
	key := "scale"
	if o != nil {
		key = "scaling"
	}
	s, err := New(t.Scale, t.Offset, o)
	switch {
	case err != nil:
		return nil, &protocols.Flaw{Key: key, Err: err}
	case t.Access.Writable() && !s.Invertible():
		return nil, protocols.Flawed(key, "let the table only rise or only fall", "the tag is writable, and several raw numbers stand for the same value")
	default:
		return s, nil
	}
}

// IsAsked reports whether a tag whose options say o is to be scaled at all.
func IsAsked(t *config.Tag, o *Options) bool { return t.Scale != 1 || t.Offset != 0 || o != nil }
