package streamsql_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMetadataIsFoundByAPathOfNames(t *testing.T) {
	light, err := tag.NewObject([]string{"device"}, []tag.Value{tag.StringOf("d2")})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]tag.Value{"topic": tag.StringOf("plant/a"), "Light-diming": tag.ObjectOf(light)}
	options := streamsql.Options{Metadata: func(_ *tag.Batch, _ int, stream, key string) tag.Value {
		if stream != "" && stream != "sensors" {
			return tag.Value{}
		}
		return known[key]
	}}
	for _, test := range []struct {
		ekuiper      bool
		column, want string
	}{
		{false, "meta(topic)", `"plant/a"`},
		{false, "meta(sensors.topic)", `"plant/a"`},
		{false, `meta("Light-diming".device)`, `"d2"`},
		{false, `meta("Light-diming" -> device)`, `"d2"`},
		{false, "meta('topic')", `"plant/a"`},
		{false, "meta(nosuch)", "null"},
		{true, "meta(`Light-diming`->device)", `"d2"`},
		{true, "meta(sensors.topic)", `"plant/a"`},
		{true, "mqtt(topic)", `"plant/a"`},
	} {
		q, err := streamsql.Compiler{Catalog: catalog(t), EKuiper: test.ekuiper}.Compile("SELECT " + test.column + " AS m FROM sensors")
		if err != nil {
			t.Errorf("%s: %v", test.column, err)
			continue
		}
		var out strings.Builder
		q.New(options).Push(0, 0, object(t, "x", tag.IntOf(1)), func(b *tag.Batch) { out.Write(tag.AppendRowJSON(nil, b, 0)) })
		if got := out.String(); got != `{"m":`+test.want+`}` {
			t.Errorf("%s: got %s, want %s", test.column, got, test.want)
		}
	}
	if _, err := streamsql.Compile("SELECT meta(1 + 2) AS m FROM sensors", catalog(t)); err == nil || err.Error() != "1:13: meta asks for a name: want meta(name)" {
		t.Error(err)
	}
}
