package scale_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

func TestAFlawOfATagsScalingIsAtTheKeyThatHasIt(t *testing.T) {
	bent := &scale.Options{Curve: "table", Points: []scale.Point{{Raw: 0, To: 0}, {Raw: 1, To: 2}, {Raw: 2, To: 1}}}
	for _, c := range []struct {
		tag  config.Tag
		o    *scale.Options
		want string // key; "": no flaw
	}{
		{config.Tag{Scale: 2, Access: config.ReadWrite}, nil, ""},
		{config.Tag{Scale: 1}, bent, ""},
		{config.Tag{Scale: 1, Access: config.ReadWrite}, bent, "scaling"},
		{config.Tag{Scale: 0}, nil, "scale"},
		{config.Tag{Scale: 2}, bent, "scaling"},
	} {
		s, flaw := scale.OfTag(&c.tag, c.o)
		switch {
		case c.want == "" && (flaw != nil || s == nil):
			t.Errorf("%+v, %+v: %v", c.tag, c.o, flaw)
		case c.want != "" && (flaw == nil || flaw.Key != c.want || s != nil):
			t.Errorf("%+v, %+v: %v, want a flaw of %s", c.tag, c.o, flaw, c.want)
		}
	}
}
