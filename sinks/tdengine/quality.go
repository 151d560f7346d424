package tdengine

import (
	"github.com/holdfast-edge/holdfast/tag"
)

// Widths of the column of qualities.
const (
	qualityWidth   = 256
	qualityLongest = 4096
)

// qualityOf is what the quality column of row i holds: NULL where all is Good,
// else a JSON object of the values that are not, by field. One that would be too
// long tells the worst of them under *.
func qualityOf(r run, i int) []byte {
	var text []byte
	worst := tag.Good
	for slot, v := range r.batch.Row(i) {
		q := v.Quality()
		if q == tag.Good || v.Kind() == tag.Absent {
			continue
		}
		if q.Severity() > worst.Severity() {
			worst = q
		}
		if text == nil {
			text = append(text, '{')
		} else {
			text = append(text, ',')
		}
		text = append(tag.AppendJSONString(text, r.plan.schema.Field(slot).Name), ':')
		text = tag.AppendJSONString(text, q.String())
	}
	switch {
	case text == nil:
		return nil
	case len(text) >= qualityLongest:
		return append(tag.AppendJSONString([]byte(`{"*":`), worst.String()), '}')
	default:
		return append(text, '}')
	}
}
