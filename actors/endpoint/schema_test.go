package endpoint_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheFieldsOfDevicesOfOneKindAreKeptOnce(t *testing.T) {
	fast, slow := []config.Tag{{Name: "a"}}, []config.Tag{{Name: "b"}, {Name: "c"}}
	var schemas endpoint.Schemas
	whole := func(name string, groups ...[]config.Tag) *tag.Schema {
		t.Helper()
		d := &config.Device{Name: name}
		var all []*tag.Schema
		for i, tags := range groups {
			d.Groups = append(d.Groups, config.Group{Name: string(rune('g' + i)), Tags: tags})
			s, err := schemas.Of("site", d, &d.Groups[i])
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
		s, err := schemas.Whole("site", d, all)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name() != name || s.Stream() != tag.NewStreamID("site", name) {
			t.Errorf("%s is called %s", name, s.Name())
		}
		return s
	}
	one, other := whole("one", fast, slow), whole("other", fast, slow)
	if one.Len() != 3 || &one.Fields()[0] != &other.Fields()[0] {
		t.Errorf("two devices of one kind have %v and %v", one.Fields(), other.Fields())
	}
	if turned := whole("turned", slow, fast); turned.Field(0).Name != "b" || turned.Len() != 3 {
		t.Errorf("one with its groups the other way round has %v", turned.Fields())
	}
	if alone := whole("alone", slow); alone.Len() != 2 {
		t.Errorf("one with a group alone has %v", alone.Fields())
	}
}
