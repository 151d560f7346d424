package lineproto_test

import (
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/sinks/lineproto"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestARowBecomesALine(t *testing.T) {
	schema, err := tag.NewSchema(tag.NewStreamID("s", "r"), "r",
		tag.Field{Name: "i", Kind: tag.Int}, tag.Field{Name: "a b,c=d"}, tag.Field{Name: "s", Kind: tag.String}, tag.Field{Name: "b", Kind: tag.Bool},
		tag.Field{Name: "bad", Kind: tag.Float}, tag.Field{Name: "nan", Kind: tag.Float}, tag.Field{Name: "m", Kind: tag.String}, tag.Field{Name: "hf_seq", Kind: tag.Float})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 1)
	copy(b.Row(1234), []tag.Value{
		tag.IntOf(-7), tag.IntOf(8), tag.StringOf("say \"\\\n°"), tag.BoolOf(true), tag.NullOf(tag.BadTimeout), tag.FloatOf(math.NaN()), tag.StringOf("tagged"), tag.FloatOf(1e-7),
	})
	batch := b.Batch().As(tag.Backfill).Committed(tag.Identity{Site: "s", Stream: schema.Stream(), Incarnation: 2, Sequence: 42})
	f := lineproto.NewForm(schema, func(name string) bool { return name == "m" })
	line := lineproto.AppendMeasurement(nil, "m 1,x")
	line = lineproto.AppendTag(line, "site", "pl=ant, 7\\")
	line = lineproto.AppendTag(line, "none", "")
	got := string(lineproto.AppendTime(f.AppendFields(line, batch, 0), batch.Time(0)))
	want := `m\ 1\,x,site=pl\=ant\,\ 7\_ hf_seq=42i,hf_incarnation=2i,i=-7i,a\ b\,c\=d=8,s="say \"\\` + "\n" + `°",b=true,_hf_seq=1e-07,` +
		`hf_quality="{\"bad\":\"BadTimeout\"}",hf_historical=true 1234` + "\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAGapBecomesALine(t *testing.T) {
	got := string(lineproto.AppendGap(nil, &tag.Gap{First: tag.Identity{Site: "s", Incarnation: 1, Sequence: 5}, Count: 3, Cause: tag.Rejected, At: 9}))
	want := "hf_gaps,site=s,stream_id=00000000-0000-0000-0000-000000000000 hf_seq=5i,hf_incarnation=1i,count=3i,cause=\"rejected\" 9\n"
	if got != want {
		t.Errorf("got %s want %s", got, want)
	}
}
