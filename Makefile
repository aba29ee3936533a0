# Everything that this project can do from the command line. `make` alone prints this list.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
PIP_LOG := var/pip.log

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench clean

help: ## 看能做什么
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新的版本")'
	@mkdir -p var
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "安装依赖……"
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt >$(PIP_LOG) 2>&1 || (cat $(PIP_LOG); exit 1)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "安装测试工具……"
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements-dev.txt >$(PIP_LOG) 2>&1 || (cat $(PIP_LOG); exit 1)
	@touch $@

var/shipped/model/model.json: $(wildcard nlp/*.py nlp/emergency/*.py nlp/emergency/*.toml nlp/lexicon/*.txt nlp/corpus/*.py nlp/corpus/*/*.jsonl) | $(VENV)/.run
	@echo "训练分类模型……"
	@$(PY) -m nlp train

var/shipped/knowledge.sqlite: $(wildcard knowledge_base/*.py knowledge_base/*.toml knowledge_base/*.jsonl knowledge_base/articles/*/*.md nlp/*.py nlp/lexicon/*.txt) | $(VENV)/.run
	@echo "生成知识库……"
	@$(PY) -m knowledge_base build

setup: $(VENV)/.run ## 准备环境、模型、知识库（不需要配置）
	@$(MAKE) --no-print-directory -j2 var/shipped/model/model.json var/shipped/knowledge.sqlite

run: setup ## 启动演示：http://127.0.0.1:8000/simulator
	@$(PY) -m bot demo --port $(PORT)
	@echo "按 Ctrl+C 停止。"
	@exec $(PY) -m bot serve --config var/demo.toml

test: setup $(VENV)/.dev ## 跑全部测试（缺 Chromium 或 PostgreSQL 的会说明并跳过）
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev ## 只查代码格式和类型
	@$(PY) -m ruff check .
	@$(PY) -m mypy

bench: setup $(VENV)/.dev ## 跑性能对比（约十分钟）
	@$(PY) -m benchmarks

clean: ## 删掉环境、模型、演示数据库
	rm -rf $(VENV) var
