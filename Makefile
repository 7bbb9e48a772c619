# Everything is in scripts/, one small file for each thing.
.DEFAULT_GOAL := help
.PHONY: help run test bench setup lint fix translations pictures shell db reset stop clean

help: ## this page
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20
	@cat scripts/help.txt

run: ## all that is missing, the demo database, and the server (Ctrl-C stops)
	@scripts/run

test: ## all tests, browser tests included (T=file, file::Class::test, or words)
	@scripts/test

bench: ## measures what has to stay fast (N=number of clients)
	@scripts/bench

setup: ## brings what is missing, and nothing else
	@scripts/setup

lint: ## ruff, pylint-odoo, XML, PO and shell checks
	@scripts/lint

fix: ## formats the Python code
	@scripts/fix

shell: ## Python in the demo database, with env (DB=name for another)
	@scripts/setup
	@scripts/odoo shell -d $(or $(DB),kbs_demo) --no-http

db: ## DB=name: a fresh database with the add-on, no demo data
	@scripts/setup
	@scripts/database new $(DB)

reset: ## makes the demo database anew
	@scripts/setup
	@scripts/serve --stop
	@scripts/database drop kbs_demo
	@scripts/database demo

translations: ## collects changed texts into i18n/, says what waits for a translation
	@scripts/translations

pictures: ## the pictures of docs/img anew (DB=name: from another database)
	@DB=$(DB) scripts/pictures

stop: ## stops this checkout's server and PostgreSQL
	@scripts/stop

clean: ## takes away everything that was brought, databases included
	@scripts/clean
