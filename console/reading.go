package console

import (
	"encoding/json"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Reading is the newest value of a tag, or one of its past.
type Reading struct {
	Device  string          `json:"device"`
	Tag     string          `json:"tag"`
	Value   json.RawMessage `json:"value" doc:"Null where the quality is Bad."`
	Last    json.RawMessage `json:"last,omitempty" doc:"What a Bad tag last held. It is no value."`
	Unit    string          `json:"unit,omitempty"`
	Quality string          `json:"quality" example:"Good" doc:"Good, Uncertain or Bad, or a sub-status of OPC UA that begins with one of them."`
	Time    time.Time       `json:"time" doc:"When the source had it."`
	Age     time.Duration   `json:"age_ns"`
}

func reading(device string, s tag.Sample, unit string, now time.Time) Reading {
	at := time.Unix(0, s.Time).UTC()
	return Reading{
		Device: device, Tag: s.Field, Value: valueJSON(s.Value), Last: lastJSON(s.Value), Unit: unit,
		Quality: s.Value.Quality().String(), Time: at, Age: now.Sub(at),
	}
}

func valueJSON(v tag.Value) json.RawMessage { return tag.AppendJSON(nil, v) }

// lastJSON is what a Bad value still holds, or nothing.
func lastJSON(v tag.Value) json.RawMessage {
	if held := v.WithQuality(tag.Good); v.Quality().IsBad() && !held.IsNull() {
		return tag.AppendJSON(nil, held)
	}
	return nil
}
