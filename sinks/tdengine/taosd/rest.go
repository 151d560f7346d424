package taosd

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// requestMax is the longest statement by REST.
const requestMax = 1 << 20

// rest answers POST /rest/sql: HTTP 200 with a code, but for a wrong log-in.
func (s *Server) rest(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != s.options.User || password != s.options.Password {
		w.WriteHeader(http.StatusUnauthorized)
		writeJSON(w, map[string]any{"code": codePassword, "desc": "Authentication failure"})
		return
	}
	sql, err := io.ReadAll(http.MaxBytesReader(w, r.Body, requestMax))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer, err := s.store.run(r.PathValue("db"), string(sql))
	if err != nil {
		writeJSON(w, map[string]any{"code": codeOf(err), "desc": textOfError(err)})
		return
	}
	writeJSON(w, restAnswer(answer))
}

func writeJSON(w io.Writer, v any) {
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // a client that has gone hears nothing
}

func restAnswer(r *result) map[string]any {
	if r.update {
		return map[string]any{"code": 0, "column_meta": [][]any{{"affected_rows", "INT", 4}}, "data": [][]any{{r.affected}}, "rows": 1}
	}
	meta := make([][]any, 0, len(r.columns))
	for _, c := range r.columns {
		meta = append(meta, []any{c.name, nameOf(c.code), c.width})
	}
	data := make([][]any, 0, len(r.rows))
	for _, row := range r.rows {
		out := make([]any, len(row))
		for i, v := range row {
			out[i] = restCell(r.columns[i], v, r.precision)
		}
		data = append(data, out)
	}
	return map[string]any{"code": 0, "column_meta": meta, "data": data, "rows": len(data)}
}

// restCell writes times as RFC 3339 in UTC and binaries as hexadecimal digits.
func restCell(c column, v any, precision int) any {
	at, isInt := v.(int64)
	if c.code == typeTimestamp && isInt {
		perTick := [3]int64{1e6, 1e3, 1}[precision]
		layout := [3]string{"2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.000000000Z"}[precision]
		return time.Unix(0, at*perTick).UTC().Format(layout)
	}
	if b, ok := v.([]byte); ok {
		return hex.EncodeToString(b)
	}
	return v
}

// nameOf is the name of a type in answers.
func nameOf(code int8) string {
	for _, name := range []string{
		"BOOL", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "TIMESTAMP", "NCHAR", "VARBINARY",
		"TINYINT UNSIGNED", "SMALLINT UNSIGNED", "INT UNSIGNED", "BIGINT UNSIGNED",
	} {
		if k, _ := kindOf(name); k.code == code {
			return name
		}
	}
	return "NULL"
}

func codeOf(err error) int {
	if f, ok := errors.AsType[*fault](err); ok {
		return f.code
	}
	return 0xffff
}

func textOfError(err error) string {
	if f, ok := errors.AsType[*fault](err); ok {
		return f.text
	}
	return err.Error()
}
