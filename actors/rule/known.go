package rule

import (
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// known is what a durable rule knows of a device of several groups, as a part of
// its checkpoint: a row that is read again has to be widened as it was the first
// time.
type known struct{ view *broker.View }

var _ streamsql.Part = known{}

// attach keeps what is known of devices with the state of the query.
func (d *reader) attach(query *streamsql.Exec) {
	for _, at := range d.sources {
		if at.view != nil {
			query.Attach("known of "+d.config.Query.Sources()[at.source].Name, known{at.view})
		}
	}
}

// AppendState is Part's: the tags that were seen, by name.
func (k known) AppendState(dst []byte) []byte {
	n := int64(0)
	var tags []byte
	k.view.Known(func(name string, value tag.Value, at int64) {
		tags = state.AppendInt(state.AppendValue(state.AppendString(tags, name), value), at)
		n++
	})
	return append(state.AppendInt(dst, n), tags...)
}

// RestoreState is Part's.
func (k known) RestoreState(src *state.Reader) {
	for range src.Count() {
		name := src.String()
		value, at := src.Value(), src.Int()
		if src.Err() == nil {
			k.view.Learn(name, value, at)
		}
	}
}
