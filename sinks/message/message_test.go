package message_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAPayloadIsTheRowOrWhatTheTemplateSays(t *testing.T) {
	schema, err := tag.NewSchema(tag.NewStreamID("s", "r"), "r", tag.Field{Name: "t", Kind: tag.Float}, tag.Field{Name: "h"})
	if err != nil {
		t.Fatal(err)
	}
	rows := tag.NewBuilder(schema, 1)
	copy(rows.Row(5_000_000_000), []tag.Value{tag.FloatOf(1.5), tag.NullOf(tag.BadTimeout)})
	b := rows.Batch().Committed(tag.Identity{Site: "s", Stream: schema.Stream(), Incarnation: 1, Sequence: 9})
	for text, want := range map[string]string{
		"": `{"t":1.5,"h":null,"ts":5,"id":"` + b.Identity(0).String() + `","quality":{"h":"BadTimeout"}}`,
		`{{"v": {t}, "at": {ts}, "n": {seq}, "q": {quality}, "late": {historical}, "h": {h}, "x": {x}}}`: `{"v": 1.5, "at": 5, "n": 9, "q": {"h":"BadTimeout"}, "late": false, "h": null, "x": null}`,
		`[{row}]`: `[{"t":1.5,"h":null}]`,
	} {
		parsed, err := template.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		o := &message.Options{Template: parsed, TimeFormat: "s"}
		if got := string(o.New("s", schema).Append(nil, b, 0)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
