;; Functions that do not end, each in another way, and some that do.
(module
  (type $nothing (func))
  (memory 16 64)
  (table 4 funcref)
  (elem (i32.const 0) $itself_by_table)
  (elem $passive func $spin $spin $spin)

  (func $spin (export "spin") (loop br 0))
  (func (export "block_in_loop") (loop (block (br 1))))
  (func (export "dispatch") (local i32)
    (loop $again
      (block $c (block $b (block $a
        (br_table $a $b $c $again (local.get 0)))
        (local.set 0 (i32.const 1)) (br $again))
        (local.set 0 (i32.const 2)) (br $again))
      (local.set 0 (i32.const 7)) (br $again)))
  (func $itself (export "itself") (call $itself))
  (func $itself_by_table (export "itself_by_table") (call_indirect (type $nothing) (i32.const 0)))
  (func $each (export "each_other") (call $other))
  (func $other (call $each))
  (func $tree (export "tree") (param i32) (result i32)   ;; 2^n calls, n deep
    (if (result i32) (local.get 0)
      (then (i32.add (call $tree (i32.sub (local.get 0) (i32.const 1)))
                     (call $tree (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 1))))
  (func (export "fill") (loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 1048576)) (br 0)))
  (func (export "fill_once") (memory.fill (i32.const 0) (i32.const 7) (i32.const 1048576)))
  (func (export "copy") (loop (memory.copy (i32.const 0) (i32.const 8) (i32.const 65536)) (br 0)))
  (func (export "init") (loop (table.init 0 $passive (i32.const 1) (i32.const 0) (i32.const 3)) (br 0)))
  (func (export "grow") (loop (drop (memory.grow (i32.const 1))) (br 0)))
  (func (export "grow_table") (loop (drop (table.grow 0 (ref.null func) (i32.const 1000))) (br 0)))
  (func (export "with_results") (result i64)
    (i64.const 1) (loop (param i64) (result i64) (i64.const 1) (i64.add) (br 0)))
  (func (export "conditions") (local i32)
    (loop
      (if (i32.and (local.get 0) (i32.const 1)) (then (nop)) (else (local.set 0 (i32.const 3))))
      (br_if 0 (i32.eqz (i32.const 0)))))

  (func (export "sum") (param $n i32) (result i32) (local $s i32)
    (loop
      (local.set $s (i32.add (local.get $s) (local.get $n)))
      (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "vectors") (result i32)
    (i32x4.extract_lane 3 (i32x4.add (v128.const i32x4 1 2 3 4) (i32x4.splat (i32.const 4))))))
