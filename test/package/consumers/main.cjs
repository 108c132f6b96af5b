const express = require('express');
const core = require('@express-ai-gateway/core');
const author = require('@express-ai-gateway/core/plugin');
const logging = require('@express-ai-gateway/logging');
const kit = require('@express-ai-gateway/plugin-kit');
const simulated = require('@express-ai-gateway/plugin-kit/simulated-provider');
const visit = require('./visit.cjs');

void visit({ express, core, author, logging, kit, simulated });
