package promapi

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// answer is what every answer is in.
type answer struct {
	Status    string `json:"status"`
	Data      any    `json:"data,omitempty"`
	ErrorType string `json:"errorType,omitempty"`
	Error     string `json:"error,omitempty"`
}

// answering makes a handler of what serves data or an error.
func (a *API) answering(serve func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		data, err := serve(r)
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			p := problemOf(err)
			w.WriteHeader(p.status)
			a.write(w, answer{Status: "error", ErrorType: p.kind, Error: p.text})
			return
		}
		if e, ok := data.(*evaluated); ok {
			a.sent(w.Write(e.answer()))
			return
		}
		a.write(w, answer{Status: "success", Data: data})
	}
}

// answer is what was evaluated, with what the engine remarks, as an answer. A
// long result is written as it is: package json would read it again.
func (e *evaluated) answer() []byte {
	said := append(append(make([]byte, 0, len(e.text)+64), `{"status":"success","data":`...), e.text...)
	said = appendTexts(said, "warnings", e.warnings)
	said = appendTexts(said, "infos", e.infos)
	return append(said, "}\n"...)
}

// appendTexts appends a field, unless it is empty.
func appendTexts(dst []byte, name string, texts []string) []byte {
	if len(texts) == 0 {
		return dst
	}
	dst = append(append(append(dst, `,"`...), name...), `":[`...)
	for i, text := range texts {
		dst = appendText(comma(dst, i), text)
	}
	return append(dst, ']')
}

func (a *API) write(w http.ResponseWriter, said answer) {
	a.sent(0, json.NewEncoder(w).Encode(said))
}

func (a *API) sent(_ int, err error) {
	if err != nil {
		a.options.Logger.Debug("answer cut short", "error", err) // the client has gone
	}
}

// appendValue appends the result of a query.
func appendValue(dst []byte, v parser.Value) []byte {
	dst = append(dst, `{"resultType":"`...)
	dst = append(dst, v.Type()...)
	dst = append(dst, `","result":`...)
	switch v := v.(type) {
	case promql.Scalar:
		dst = appendPoint(dst, v.T, v.V)
	case promql.String:
		dst = append(appendTime(append(dst, '['), v.T), ',')
		dst = append(appendText(dst, v.V), ']')
	case promql.Vector:
		dst = append(dst, '[')
		for i := range v {
			dst = appendMetric(comma(dst, i), v[i].Metric)
			dst = append(appendPoint(append(dst, `,"value":`...), v[i].T, v[i].F), '}')
		}
		dst = append(dst, ']')
	case promql.Matrix:
		dst = appendMatrix(dst, v)
	}
	return append(dst, '}')
}

func appendMatrix(dst []byte, m promql.Matrix) []byte {
	dst = append(dst, '[')
	for i := range m {
		dst = append(appendMetric(comma(dst, i), m[i].Metric), `,"values":[`...)
		for j, p := range m[i].Floats {
			dst = appendPoint(comma(dst, j), p.T, p.F)
		}
		dst = append(dst, "]}"...)
	}
	return append(dst, ']')
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return dst
}

// appendMetric begins an object with the labels of a series.
func appendMetric(dst []byte, l labels.Labels) []byte {
	dst = append(dst, `{"metric":{`...)
	n := 0
	l.Range(func(one labels.Label) {
		dst = appendText(comma(dst, n), one.Name)
		dst = appendText(append(dst, ':'), one.Value)
		n++
	})
	return append(dst, '}')
}

func appendText(dst []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		return append(dst, `""`...)
	}
	return append(dst, quoted...)
}

// appendPoint appends [seconds, "value"].
func appendPoint(dst []byte, t int64, f float64) []byte {
	dst = append(appendTime(append(dst, '['), t), `,"`...)
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return append(strconv.AppendFloat(dst, f, format, -1, 64), `"]`...)
}

// appendTime appends seconds with as many digits as the milliseconds take.
func appendTime(dst []byte, t int64) []byte {
	return strconv.AppendFloat(dst, float64(t)/1000, 'f', -1, 64)
}
