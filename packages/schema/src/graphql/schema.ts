import type { GraphQLSchema } from 'graphql';
import { audited } from '../access/audited.ts';
import { guarded } from '../access/guard.ts';
import { builder } from './builder.ts';
// Each file adds its type, and its queries, mutations and subscriptions, to the builder.
import './api-token.ts';
import './audit-log.ts';
import './annotate.ts';
import './annotation-connection.ts';
import './attempt.ts';
import './cancel.ts';
import './changes.ts';
import './continuity.ts';
import './create-experiment.ts';
import './dataset.ts';
import './date-time.ts';
import './event-connection.ts';
import './exchange.ts';
import './experiment-care.ts';
import './experiment-changes.ts';
import './experiment-connection.ts';
import './invitation.ts';
import './member.ts';
import './nodes.ts';
import './note-changes.ts';
import './optimizer.ts';
import './preset.ts';
import './run-connection.ts';
import './run-control.ts';
import './placement.ts';
import './server.ts';
import './session.ts';
import './step-series.ts';
import './validate-experiment.ts';
import './verdict.ts';
import './waiting.ts';
import './worker.ts';

builder.queryType({});
builder.mutationType({});
builder.subscriptionType({});

/** The GraphQL schema, resolvers included: each behind the check of who asks, and every mutation in the audit log. */
export const schema: GraphQLSchema = audited(guarded(builder.toSchema()));
