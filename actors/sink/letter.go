package sink

import (
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// letterForm makes the rows of a dead-letter stream: one for each record that
// was refused, with what it was, where it should have gone and why it did not.
type letterForm struct {
	sink   string
	schema *tag.Schema
}

// Fields of a dead letter, in their order.
const (
	letterSink = iota
	letterStream
	letterID
	letterTime
	letterReason
	letterRow
)

func newLetterForm(site, sink, stream string) (*letterForm, error) {
	schema, err := tag.NewSchema(tag.NewStreamID(site, stream), stream,
		tag.Field{Name: "sink", Kind: tag.String}, tag.Field{Name: "stream", Kind: tag.String}, tag.Field{Name: "id", Kind: tag.String},
		tag.Field{Name: "source_time", Kind: tag.Time}, tag.Field{Name: "reason", Kind: tag.String}, tag.Field{Name: "row", Kind: tag.String})
	return &letterForm{sink: sink, schema: schema}, err
}

// of makes the letters of a refusal. Their hops are one more than those of what
// was refused, so that letters about letters end.
func (f *letterForm) of(r refusal, now time.Time) *tag.Batch {
	whole := r.entry.Batch // with the fields that this sink was not to have
	rows := tag.NewBuilder(f.schema, int(r.rows()))
	for _, run := range r.runs() {
		for i := run.From; i < run.To; i++ {
			row := rows.Row(now.UnixNano())
			row[letterSink] = tag.StringOf(f.sink)
			row[letterStream] = tag.StringOf(whole.Schema().Name())
			row[letterID] = tag.StringOf(whole.Identity(i).String())
			row[letterTime] = tag.NanosOf(whole.Time(i))
			row[letterReason] = tag.StringOf(r.failure.Error())
			row[letterRow] = tag.StringOf(string(tag.AppendRowJSON(nil, whole, i)))
		}
	}
	return rows.Derived(tag.Live, whole.Hops()+1)
}
