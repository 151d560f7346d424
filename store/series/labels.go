package series

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/holdfast-edge/holdfast/store/catalog"
)

// one is a series and where its samples are.
type one struct {
	labels labels.Labels
	stream string
	field  string
}

// allOf returns the series of a catalog in the order of their labels.
func allOf(c catalog.Catalog) []one {
	var all []one
	for i := range c.Streams {
		s := &c.Streams[i]
		for j := range s.Fields {
			if f := &s.Fields[j]; !strings.HasPrefix(f.Type, "string") {
				all = append(all, one{labels: labelsOf(c.Site, s, f), stream: s.Name, field: f.Name})
			}
		}
	}
	slices.SortFunc(all, func(a, b one) int { return labels.Compare(a.labels, b.labels) })
	return all
}

// labelsOf are the labels of a series; those that are empty are left out.
func labelsOf(site string, s *catalog.Stream, f *catalog.Field) labels.Labels {
	b := labels.NewBuilder(labels.EmptyLabels())
	b.Set(model.MetricNameLabel, MetricName(f.Name))
	b.Set("site", site)
	b.Set("stream", s.Name)
	b.Set("device", s.Device)
	b.Set("group", s.Group)
	b.Set("tag", f.Name)
	b.Set("unit", f.Unit)
	return b.Labels()
}

// MetricName is a tag's name as PromQL lets it stand bare.
func MetricName(tag string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, tag)
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}

// matching keeps the series that all matchers match.
func matching(all []one, matchers []*labels.Matcher) []one {
	var found []one
	for _, s := range all {
		if Matches(s.labels, matchers) {
			found = append(found, s)
		}
	}
	return found
}

// Matches reports whether labels meet all matchers.
func Matches(l labels.Labels, matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		if !m.Matches(l.Get(m.Name)) {
			return false
		}
	}
	return true
}
