/** Learn: what people decided teaches a model, which people put in force. */
export * from './model/index.ts';
