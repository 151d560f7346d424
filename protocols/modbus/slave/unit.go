package slave

import (
	"sync"

	"github.com/simonvetter/modbus"
)

// Sizes are how many of each table a unit has, counted from 0. What lies beyond is refused with exception 2.
type Sizes struct {
	Coils, Discretes, Inputs, Holdings int
}

// Unit is the tables of one unit. It may be used concurrently.
type Unit struct {
	mutex     sync.Mutex
	coils     []bool
	discretes []bool
	inputs    []uint16
	holdings  []uint16
	missing   []span
}

// span is a range of holding registers that a unit does not have.
type span struct{ from, to int }

// NewUnit returns a unit of the given sizes, all zero.
func NewUnit(s Sizes) *Unit {
	return &Unit{
		coils: make([]bool, s.Coils), discretes: make([]bool, s.Discretes),
		inputs: make([]uint16, s.Inputs), holdings: make([]uint16, s.Holdings),
	}
}

// Change calls f with the tables, which f may read and change, but not keep. No request is answered meanwhile.
func (u *Unit) Change(f func(coils, discretes []bool, inputs, holdings []uint16)) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	f(u.coils, u.discretes, u.inputs, u.holdings)
}

// SetHolding sets holding registers from address on. It panics where the unit does not have them.
func (u *Unit) SetHolding(address int, values ...uint16) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	copy(u.holdings[address:address+len(values)], values)
}

// Holding returns a holding register. It panics where the unit does not have it.
func (u *Unit) Holding(address int) uint16 {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.holdings[address]
}

// Coil returns a coil. It panics where the unit does not have it.
func (u *Unit) Coil(address int) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.coils[address]
}

// Remove makes the unit refuse requests that touch holding registers from up to but not including to, as if it did not
// have them.
func (u *Unit) Remove(from, to int) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.missing = append(u.missing, span{from, to})
}

// Restore gives back what Remove took away.
func (u *Unit) Restore() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.missing = nil
}

// reads returns a copy of count values from first on.
func reads[T any](u *Unit, table *[]T, first, count int) ([]T, error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if first+count > len(*table) {
		return nil, modbus.ErrIllegalDataAddress
	}
	return append([]T(nil), (*table)[first:first+count]...), nil
}

// writes sets values from first on.
func writes[T any](u *Unit, table *[]T, first int, values []T) error {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if first+len(values) > len(*table) {
		return modbus.ErrIllegalDataAddress
	}
	copy((*table)[first:], values)
	return nil
}

// isMissing reports whether holding registers were removed.
func (u *Unit) isMissing(first, count int) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	for _, m := range u.missing {
		if first < m.to && m.from < first+count {
			return true
		}
	}
	return false
}
