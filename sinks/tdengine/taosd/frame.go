package taosd

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/coder/websocket"
)

// Actions of binary messages.
const (
	binaryQuery = 6
	binaryFetch = 7
	binaryBind  = 9
)

// blockRows is how many rows an answer has in one block.
const blockRows = 4096

// binary answers a binary message: request, handle, action, then what that needs.
func (s *session) binary(ctx context.Context, m []byte, begun time.Time) error {
	le := binary.LittleEndian
	if len(m) < 26 {
		return errors.New("a message is too short")
	}
	reqID, handle, action := le.Uint64(m), le.Uint64(m[8:]), le.Uint64(m[16:])
	if le.Uint16(m[24:]) != 1 || !s.entered {
		return errors.New("another version, or nobody has logged in")
	}
	switch body := m[26:]; action {
	case binaryQuery:
		if len(body) < 4 || int(le.Uint32(body)) != len(body)-4 {
			return errors.New("a query has another length than it says")
		}
		more, err := s.query(string(body[4:]))
		return s.reply(ctx, "query", reqID, begun, err, more)
	case binaryFetch:
		return s.conn.Write(ctx, websocket.MessageBinary, s.fetch(reqID, handle, begun))
	case binaryBind:
		if len(body) < 4 || int32(le.Uint32(body)) != -1 {
			return errors.New("a bind of single columns is not known here")
		}
		return s.reply(ctx, "stmt2_bind", reqID, begun, s.bind(handle, body[4:]), map[string]any{"stmt_id": handle})
	default:
		return errors.New("this action is not known here")
	}
}

func (s *session) bind(handle uint64, payload []byte) error {
	st := s.stmts[handle]
	if st == nil {
		return faultf(codeStmt, "the statement is not prepared")
	}
	if s.server.options.Discard {
		st.discarded = true
		return nil
	}
	all, err := readBind(payload)
	if err != nil {
		return faultf(codeStmt, "%v", err)
	}
	st.bound = append(st.bound, all...)
	return nil
}

// query runs a statement and keeps its answer for the fetches.
func (s *session) query(sql string) (map[string]any, error) {
	r, err := s.server.store.run(s.db, sql)
	if err != nil {
		return nil, err
	}
	if r.update {
		return map[string]any{"is_update": true, "affected_rows": r.affected}, nil
	}
	s.next++
	s.results[s.next] = r
	names, codes, widths := []string{}, []int{}, []int{}
	for _, c := range r.columns {
		names, codes, widths = append(names, c.name), append(codes, int(c.code)), append(widths, c.width)
	}
	zeros := make([]int, len(names))
	return map[string]any{
		"id": s.next, "is_update": false, "fields_count": len(names), "fields_names": names, "fields_types": codes, "fields_lengths": widths,
		"precision": r.precision, "fields_precisions": zeros, "fields_scales": zeros,
	}, nil
}

// fetch answers with the next block of a result, or with its end.
func (s *session) fetch(reqID, handle uint64, begun time.Time) []byte {
	le := binary.LittleEndian
	out := le.AppendUint64(nil, 1<<64-1)
	out = le.AppendUint64(out, binaryFetch)
	out = le.AppendUint16(out, 1)
	out = le.AppendUint64(out, uint64(time.Since(begun)))
	out = le.AppendUint64(out, reqID)
	r := s.results[handle]
	if r == nil {
		message := "result is gone"
		out = le.AppendUint32(out, 0xffff)
		out = append(le.AppendUint32(out, uint32(len(message))), message...)
		return append(le.AppendUint64(out, handle), 1)
	}
	out = le.AppendUint32(out, 0)
	out = le.AppendUint32(out, 0)
	out = le.AppendUint64(out, handle)
	if len(r.rows) == 0 {
		delete(s.results, handle)
		return append(out, 1)
	}
	n := min(blockRows, len(r.rows))
	block := appendBlock(nil, r.columns, r.rows[:n])
	r.rows = r.rows[n:]
	out = append(out, 0)
	return append(le.AppendUint32(out, uint32(len(block))), block...)
}
